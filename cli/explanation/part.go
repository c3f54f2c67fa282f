package explanation

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Part is a node of an expression with its value.
type Part struct {
	// Kind is all, any, not or check, and Check the text of a check.
	Kind  string `json:"kind"`
	Check string `json:"check,omitempty"`
	// Value is true, false or unknown, and Found is what was found, in words.
	Value string `json:"value"`
	Found string `json:"found,omitempty"`
	// Problem says that somebody must fix something, and is one of lang.ProblemCode.
	Problem string  `json:"problem,omitempty"`
	Terms   []*Part `json:"terms,omitempty"`
	// Objects are those that keep the check from being true, and More counts those
	// that are left out.
	Objects []*Object `json:"objects,omitempty"`
	More    int       `json:"more,omitempty"`
	// Runs are those that a name of a CronJob means.
	Runs []*Object `json:"runs,omitempty"`
	// PerElement says that each element of the array decides it for itself.
	PerElement bool `json:"perElement,omitempty"`

	// set tells that the objects are members: else what is said of them is said of
	// the check.
	set bool
}

// walk goes down from one Job.
type walk struct {
	cluster   Cluster
	self      lang.Ref
	recursive bool
	// seen has the Jobs whose expression has been shown, and path those above.
	seen map[lang.Ref]bool
	path []lang.Ref
}

func (w *walk) part(s gate.Snapshot, t *lang.Trace) *Part {
	p := &Part{Value: t.Value.String(), PerElement: t.PerElement}
	switch n := t.Node.(type) {
	case *lang.All:
		p.Kind = "all"
	case *lang.Any:
		p.Kind = "any"
	case *lang.Not:
		p.Kind = "not"
	case *lang.Check:
		p.Kind, p.Check = "check", n.String()
	}
	if t.PerElement {
		p.Kind, p.Check, p.Found = "check", t.Node.String(), "each element for itself"
		return p
	}
	for _, term := range t.Terms {
		p.Terms = append(p.Terms, w.part(s, term))
	}
	if t.Reason != nil {
		p.Found = found(w.cluster, s, *t.Reason)
		p.runs(w.cluster, s, *t.Reason)
		if problem := t.Reason.Problem; problem != nil {
			if problem.Code != lang.ProblemUnasked { // that will be known by itself
				p.Problem = string(problem.Code)
			}
		} else if t.Value != lang.True {
			w.objects(p, s, *t.Reason)
		}
	}
	return p
}

// runs adds which runs of CronJobs the check means, and says of what time they are.
func (p *Part) runs(c Cluster, s gate.Snapshot, r lang.Reason) {
	for i := range r.Check.Targets {
		target := &r.Check.Targets[i]
		if target.Ref.Kind != lang.KindCronJob || r.Check.Status == lang.StatusAbsent {
			continue
		}
		for _, run := range c.Meant(s.Job.Ref(), target.Ref) {
			if run.Run == "" {
				continue // there is none before the first
			}
			o := objectOf(c, run)
			o.Run, o.snapshot = run.Run, gate.Snapshot{}
			p.Runs = append(p.Runs, o)
		}
	}
	switch n := len(p.Runs); {
	case r.Problem != nil: // it has the time
	case n == 1 && r.Ref.Kind == lang.KindCronJob:
		p.Found = "run of " + p.Runs[0].Run + " " + p.Found
	case n > 1 && len(r.Check.Targets) == 1:
		p.Found += fmt.Sprintf(" (from %s to %s)", p.Runs[0].Run, p.Runs[n-1].Run)
	}
}

// found says what was found for a check, without repeating its text.
func found(c Cluster, s gate.Snapshot, r lang.Reason) string {
	text := r.String()
	for _, before := range []string{r.Check.String() + ": ", r.Check.String() + " ", r.Ref.String() + ": ", r.Ref.String() + " "} {
		text = strings.TrimPrefix(text, before)
	}
	if name := r.Ref.String() + "["; strings.HasPrefix(text, name) {
		text = "element " + strings.Replace(strings.TrimPrefix(text, name), "]", "", 1)
	}
	if r.Problem != nil {
		text, _, _ = strings.Cut(text, "; to allow it: ") // that is among the advice
	}
	if r.Problem != nil || r.Size > 0 || r.Ref.Name == "" || !r.Until.IsZero() || r.Undated {
		return text
	}
	return text + aside(c, s.Now, r)
}

// aside adds when what was found began.
func aside(c Cluster, now time.Time, r lang.Reason) string {
	if why := c.Unreadable(r.Ref); why != "" && r.Object == nil {
		return " for you: " + why
	}
	switch o := r.Object; {
	case o == nil || r.Element != nil:
		return ""
	case o.Outcome != lang.Undecided && !o.Finished.IsZero():
		join := " "
		if o.Outcome == lang.Failed {
			join = ", " // what it failed with stands before
		}
		return join + human(now.Sub(o.Finished)) + " ago"
	case r.Value != lang.Unknown:
		return ""
	}
	ref, name := r.Ref, ""
	if job, made := c.RunJob(ref); made {
		ref, name = job, "Job "+job.Name+" is "
	}
	if other, exists := c.Snapshot(ref); exists {
		return ": " + name + stateOf(other, c.Decision(ref))
	}
	return ""
}

// stateOf says in words where a Job stands and since when.
func stateOf(s gate.Snapshot, d gate.Decision) string {
	state := string(gate.StateOf(s.Job, d))
	at := since(s, d)
	if s.Job.Outcome() == lang.Undecided && !at.IsZero() {
		return fmt.Sprintf("%s for %s", state, human(s.Now.Sub(at)))
	}
	return state
}

func human(d time.Duration) string { return duration.HumanDuration(max(d, 0)) }

func many(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
