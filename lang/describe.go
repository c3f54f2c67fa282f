package lang

import (
	"fmt"
	"time"
)

// String returns the reason in words, as in "etl/extract does not exist".
func (r Reason) String() string {
	name := ""
	if r.Ref.Name != "" {
		name = r.Ref.String()
	}
	switch {
	case r.Problem != nil && name != "":
		return r.Check.String() + ": " + name + ": " + r.Problem.Message
	case r.Problem != nil:
		return r.Check.String() + ": " + r.Problem.Message
	case r.Check.Status == StatusAbsent:
		return name + " " + r.describeAbsent()
	case !r.Until.IsZero() && r.run == nil:
		return r.Check.String() + ": not before " + r.Until.UTC().Format(time.RFC3339)
	case r.Undated && r.run == nil:
		return r.Check.String() + ": true, and since when is not known yet"
	case r.edge:
		return r.Check.String() + ": nothing to wait for at the edge"
	case r.Check.Status == StatusTime:
		return r.Check.String() + " has passed"
	case r.run != nil:
		return r.describeRun()
	case r.Check.ofOneCronJob() && r.Size == 0 && r.Ref.Name == "":
		return r.Check.String() + ": there is no such time yet"
	case r.Check.ofOneCronJob() && r.Object == nil && r.Ref.Name != "":
		return r.ofSeveral() + name + " has no Job yet"
	case r.Check.ofOneCronJob() && len(r.Element) == 1 && r.Object.Array != nil:
		return name + "[" + r.Element.String() + "] " + r.Object.describeElement(r.Element[0].Low, r.Check)
	case r.Check.ofOneCronJob() && r.Check.Targets[0].Elements == nil && r.Ref.Name != "":
		return r.ofSeveral() + name + " " + r.Object.describe(r.Check)
	case r.Size > 0 && r.No > 0:
		return fmt.Sprintf("%s: %d of %d, %d can no longer", r.Check, r.Yes, r.Size, r.No)
	case r.Size > 0:
		return fmt.Sprintf("%s: %d of %d", r.Check, r.Yes, r.Size)
	case name == "":
		return r.Check.String() + ": there is none"
	case r.Object == nil:
		return name + " does not exist"
	case len(r.Element) == 1 && r.Object.Array != nil:
		return name + "[" + r.Element.String() + "] " + r.Object.describeElement(r.Element[0].Low, r.Check)
	}
	return name + " " + r.Object.describe(r.Check)
}

// ofSeveral says how many of the runs of a CronJob satisfy the check, if several are meant.
func (r Reason) ofSeveral() string {
	if r.Size == 1 {
		return ""
	}
	return fmt.Sprintf("%s: %d of %d scheduled times, ", r.Check, r.Yes, r.Size)
}

// describeAbsent says in words how an object stands to absent(...).
func (r Reason) describeAbsent() string {
	switch o := r.Object; {
	case o == nil && r.Undated:
		return "is absent, and since when is not known yet"
	case o == nil && !r.Until.IsZero():
		return "is absent, for long enough not before " + r.Until.UTC().Format(time.RFC3339)
	case o == nil:
		return "is absent"
	case o.Outcome != Undecided:
		return "was there: it " + o.describe(r.Check)
	}
	return "exists"
}

// describeRun says in words how the steps of a run stand.
func (r Reason) describeRun() string {
	n, run := r.run, "run "+r.Ref.Run
	words := fmt.Sprintf("%d of %d steps of %s are over", n.over, n.taking, run)
	switch first := r.firstStep(); {
	case n.taking == 0:
		return run + " has no steps yet"
	case n.failed == 1:
		words += ", " + first
	case n.failed > 1:
		words += fmt.Sprintf(", %s, and %d more failed", first, n.failed-1)
	case n.over < n.taking && n.missing > 0:
		words += fmt.Sprintf(", %d do not exist yet", n.missing)
	case n.over < n.taking:
		words += ", " + first
	case n.succeeded == 0:
		words = fmt.Sprintf("all %d steps of %s are over, and none succeeded", n.taking, run)
	default:
		words = fmt.Sprintf("all %d steps of %s are over, and %d succeeded", n.taking, run, n.succeeded)
	}
	switch {
	case !r.Until.IsZero():
		return words + ": " + r.Check.String() + " not before " + r.Until.UTC().Format(time.RFC3339)
	case r.Undated:
		return words + ", and since when is not known yet"
	}
	return words
}

// firstStep says in words how the step stands that r names.
func (r Reason) firstStep() string {
	switch first := r.run.first; {
	case first == nil:
		return ""
	case first.Object == nil:
		return first.Name + " does not exist"
	case first.Object.Outcome == Skipped:
		return first.Name + " waited in vain"
	default:
		return first.Name + " " + first.Object.describe(&Check{Status: StatusFinished})
	}
}

// describe says in words how the object stands to what is asked.
func (o *Object) describe(asked *Check) string {
	if asked.Condition != "" {
		if _, is := o.condition(asked.Condition); is {
			return "has the condition " + asked.Condition
		}
		return "does not have the condition " + asked.Condition
	}
	switch o.Outcome {
	case Succeeded:
		switch {
		case len(asked.Results) == 0:
			return "succeeded"
		case o.Result == nil:
			return "succeeded, and its result is not known yet"
		}
		return "succeeded with result " + quote(o.Result.Value)
	case Skipped:
		return "was skipped"
	case Failed:
		return o.Exit.describe(o.Reason)
	}
	return asked.Status.spec().describe(o.whole())
}

// describe says in words that something failed with this exit code, if it is
// known, or for this reason.
func (x *Exit) describe(reason string) string {
	switch {
	case x != nil && !x.Lost:
		return fmt.Sprintf("failed with exit code %d", x.Code)
	case reason != "":
		return "failed (" + reason + ")"
	}
	return "failed"
}

// describeElement says in words how the element i stands to what is asked.
func (o *Object) describeElement(i int64, asked *Check) string {
	a, ended := o.Array, o.Outcome != Undecided
	switch {
	case o.Outcome == Skipped:
		return "was skipped"
	case a.Completed.Contains(i):
		return "succeeded"
	case ended || a.Failed.Contains(i):
		reason := ""
		if len(asked.Reasons) > 0 {
			// It is the Job's, and need not be that of each element.
			if reason = o.Reason; !ended {
				reason = "the Job goes on and has no reason yet"
			}
		}
		return a.Elements[i].Exit.describe(reason)
	}
	return asked.Status.spec().describe(o.unit(i))
}
