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
	case !r.Until.IsZero():
		return r.Check.String() + ": not before " + r.Until.UTC().Format(time.RFC3339)
	case r.Undated:
		return r.Check.String() + ": true, and since when is not known yet"
	case r.edge:
		return r.Check.String() + ": nothing to wait for at the edge"
	case r.Check.Status == StatusTime:
		return r.Check.String() + " has passed"
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
	return name + " " + r.Object.describe(r.Check.Status)
}

// describe says in words how the object stands to a status.
func (o *Object) describe(asked Status) string {
	switch o.Outcome {
	case Succeeded:
		return "succeeded"
	case Skipped:
		return "was skipped"
	case Failed:
		return o.Exit.describe(o.Reason)
	}
	return asked.spec().describe(o.whole())
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
