package explanation

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Advice is something that one could do.
type Advice struct {
	Why     string `json:"why"`
	Command string `json:"command,omitempty"`
}

// mostAdvice is how many things are advised: the first are nearest to the Job.
const mostAdvice = 6

// advise returns what one could do about a Job, and about what blocks it.
func advise(s gate.Snapshot, d gate.Decision, c Cluster, e *Explanation, o Options) []Advice {
	name := s.Job.Name + " -n " + s.Job.Namespace
	if o.Over != "" {
		return nil
	}
	list := adviseOnCauses(e.Causes)
	for _, a := range about(s, d, o.Tried, e.Causes) {
		list = with(list, a)
	}
	if d.Wants != nil && !o.Tried {
		list = append(list, aboutLimits(c, s.Job.Ref())...)
	}
	for _, q := range c.Denied(s.Job.Ref()) {
		why := "let its service account look into namespace "
		if q.Name == gate.LimitsName {
			why = "let its service account use the limits of namespace "
		}
		list = append(list, Advice{why + q.Target, q.Grant()})
	}
	list = adviseOn(list, e.Roots)
	if o.Tried {
		list = append(list, Advice{"give it this expression", "depctl set " + name + " " + quote(s.Job.DependsOn)})
	}
	if left := len(list) - mostAdvice; left > 0 {
		list = append(list[:mostAdvice], Advice{Why: fmt.Sprintf("and %d more", left)})
	}
	if waits := d.Action == gate.Waiting && d.Reason != gate.ReasonHeld && s.Job.Suspended && !o.Tried; waits {
		why := "let it run now, whatever it waits for"
		if len(list) > 0 {
			why = "or " + why
		}
		list = append(list, Advice{why, "depctl release --force " + named(s.Job)})
	}
	return list
}

// adviseOn adds what one could do about what blocks, each command once.
func adviseOn(list []Advice, roots []*Object) []Advice {
	for _, root := range roots {
		if a, ok := root.advice(); ok {
			list = with(list, a)
		}
	}
	return list
}

// adviseOnCauses is what one could do about why a Job does not run, or has failed.
func adviseOnCauses(causes []cause.Cause) []Advice {
	var list []Advice
	for _, c := range causes {
		if c.Advice != "" {
			list = with(list, Advice{c.Advice, c.Command})
		}
	}
	return list
}

// with adds an advice unless one with the same command is there.
func with(list []Advice, a Advice) []Advice {
	if a.Command != "" && slices.ContainsFunc(list, func(b Advice) bool { return b.Command == a.Command }) {
		return list
	}
	return append(list, a)
}

// about is what one could do about the Job itself.
func about(s gate.Snapshot, d gate.Decision, tried bool, causes []cause.Cause) []Advice {
	job := s.Job
	name := job.Name + " -n " + job.Namespace
	edit := "depctl set " + named(job) + " " + quote("EXPRESSION")
	switch gate.StateOf(job, d) {
	case gate.StateHeld:
		return []Advice{{"take the hold away", "depctl release " + named(job)}}
	case gate.StateInvalid:
		return []Advice{{"see how it is read", "depctl parse " + quote(job.DependsOn)}, {"fix it", edit}}
	case gate.StateFailed:
		if !job.IsJob() {
			return []Advice{{"see why", "kubectl describe " + strings.ToLower(job.Noun()) + " " + name}}
		}
		if len(causes) > 0 && !slices.ContainsFunc(causes, func(c cause.Cause) bool { return c.ExitCode != nil }) {
			return []Advice{again(job)} // no container of it has failed
		}
		return []Advice{{"see what it said", "depctl logs " + name + " --failed"}, again(job)}
	case gate.StateSuspended:
		return []Advice{{"let it run", StartCommand(job)}}
	}
	switch {
	case d.Reason == gate.ReasonStartedUnheld && !job.IsJob():
		return []Advice{{"it was made while nothing held " + job.Noun() + "s, or annotated later; to have them held", "kubectl apply -k deploy/full"}}
	case d.Reason == gate.ReasonDependencyCycle:
		return []Advice{{"break the circle: let one of them wait for less", edit}}
	case d.Action == gate.Releasing && tried:
		return []Advice{{Why: "the gate would release it at once"}}
	case d.Action == gate.Releasing && job.Condition != nil && job.Condition.Reason == gate.ReasonPatchRefused:
		return []Advice{{job.Condition.Message + ": see which policy or webhook", "kubectl describe " + strings.ToLower(job.Noun()) + " " + name}}
	case d.Action == gate.Releasing:
		return []Advice{{"the gate releases it at once; if it does not, see why", "depctl check"}}
	case s.JobsOnly && d.Reason == gate.ReasonProblem:
		return []Advice{{"let the gate release arrays element by element", "kubectl apply -k deploy/arrays"}}
	case job.Grouped && d.Reason == gate.ReasonProblem:
		return []Advice{{"let it wait as a whole, or make it without spec.scheduling", edit}}
	}
	return nil
}

// named returns a Job as arguments of depctl name it.
func named(job gate.Job) string {
	name := job.Name + " -n " + job.Namespace
	if !job.IsJob() {
		name = job.Kind + "/" + name
	}
	return name
}

// again is how to run a Job again: a step of a run gets a new Job.
func again(job gate.Job) Advice {
	if job.Object.Reason == gate.ReasonDeclaredFailed && job.Step().Run == "" {
		return Advice{"delete it, and say that it is done", "kubectl delete job " + job.Name + " -n " + job.Namespace + " && depctl done " + job.Name + " -n " + job.Namespace}
	}
	if step := job.Step(); step.Run != "" {
		return Advice{"fix it and run it again, with what was skipped because of it", "depctl retry --run " + step.Run + " " + step.Name + " -n " + step.Namespace}
	}
	return Advice{"fix it and recreate it, with what was skipped because of it", "depctl retry " + job.Name + " -n " + job.Namespace}
}

// advice is what one could do about something that blocks.
func (o *Object) advice() (Advice, bool) {
	name := cmp.Or(o.snapshot.Job.Name, o.Name) // in a run the object is called by its step
	in := name + " -n " + o.Namespace
	if o.ref.Kind == lang.KindCronJob && o.Run != "" {
		return Advice{o.ref.String() + " has no Job that has succeeded: see why", "depctl explain cronjob/" + in}, true
	}
	if o.ref.Kind != lang.KindJob && o.ref.Kind != lang.KindCronJob {
		return o.adviceOfOther()
	}
	switch gate.State(o.State) {
	case gate.StateMissing:
		if o.near != "" {
			return Advice{Why: o.ref.String() + " does not exist: apply it, if it has this name, or is " + o.near + " meant?"}, true
		}
		return Advice{Why: o.ref.String() + " does not exist: apply it, if it has this name"}, true
	case gate.StateFailed:
		a := again(o.snapshot.Job)
		a.Why = o.ref.String() + " has failed" + o.because() + ": " + a.Why
		return a, true
	case gate.StateHeld:
		return Advice{o.ref.String() + " is held by a person: take the hold away", "depctl release " + in}, true
	case gate.StateInvalid:
		return Advice{o.ref.String() + " has a mistake in an annotation: see which", "depctl explain " + in}, true
	case gate.StateSuspended:
		return Advice{o.ref.String() + " is suspended by somebody: let it run", fmt.Sprintf(`kubectl patch job %s -p '{"spec":{"suspend":false}}'`, in)}, true
	case gate.StateRunning:
		return Advice{o.ref.String() + " runs: watch it", "depctl logs -f " + in}, true
	case gate.StatePending:
		return Advice{o.ref.String() + " has no pod that is ready" + o.because() + ": see why", "depctl explain " + in}, true
	}
	return Advice{}, false
}

// because is the first cause of an object, in brackets; empty if none is known.
func (o *Object) because() string {
	if len(o.Causes) == 0 {
		return ""
	}
	return " (" + strings.TrimRight(o.Causes[0].Brief(), ".") + ")"
}

// adviceOfOther is what one could do about an object that is no Job and blocks.
func (o *Object) adviceOfOther() (Advice, bool) {
	// kubectl knows kinds by the names that the table has, but for those of a group of their own.
	see := "kubectl describe " + o.ref.Kind + " " + o.Name
	if k, _ := kind.Of(o.ref.Kind); k.Listed() && !k.IsBuiltIn() {
		see = "kubectl describe " + k.Resource + "." + k.Group + " " + o.Name
	}
	if o.Namespace != "" {
		see += " -n " + o.Namespace
	}
	switch gate.State(o.State) {
	case gate.StateMissing:
		return Advice{Why: o.ref.String() + " does not exist: apply it, if it has this name"}, true
	case gate.StateHeld, gate.StateInvalid, gate.StateBlocked:
		return Advice{o.ref.String() + " is held: see why", "depctl explain deployment/" + o.Name + " -n " + o.Namespace}, true
	case gate.StateFailed:
		return Advice{o.ref.String() + " has failed: see why", see}, true
	case gate.StateRunning, gate.StatePending:
		return Advice{o.ref.String() + " is not what is waited for yet: see how it stands", see}, true
	}
	return Advice{}, false
}

// quote returns text as one word of a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
