package explanation

import (
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Cluster is what is known of the Jobs.
type Cluster interface {
	// Snapshot returns what is decided on about a Job, and whether it exists.
	Snapshot(lang.Ref) (gate.Snapshot, bool)
	// Decision returns what should happen to a Job.
	Decision(lang.Ref) gate.Decision
	// Denied returns the rights that a Job needs and does not have.
	Denied(lang.Ref) []gate.Question
	// State returns the state of an object of any kind, and why it is in that one.
	State(lang.Ref) (gate.State, string)
	// RunJob returns the Job of a run of a CronJob, which is named with its time, and whether
	// there is one.
	RunJob(lang.Ref) (lang.Ref, bool)
	// LastRuns returns the latest runs of a CronJob, the latest first, and Meant those that a
	// name in the expression of a Job means.
	LastRuns(cronJob lang.Ref, most int) []lang.Ref
	Meant(job, cronJob lang.Ref) []lang.Ref
	// Unreadable says why nothing is known of an object; empty if it is known.
	Unreadable(lang.Ref) string
	// Near returns the name in the same namespace that one which is not there may mean, empty
	// if there is none.
	Near(lang.Ref) string
	// Expect returns when something may come of a Job.
	Expect(lang.Ref) simulate.Expectation
	// Limits returns those of which a Job waits for tokens.
	Limits(lang.Ref) []*Limit
	// Causes returns why a Job does not run, or has failed, as far as that was read.
	Causes(lang.Ref) []cause.Cause
	// Estimate returns how long a Job may take.
	Estimate(lang.Ref) (simulate.Estimate, bool)
}

// Options say what of a Job is explained.
type Options struct {
	// Recursive shows below each check what its objects wait for.
	Recursive bool
	// Index is that of the element to explain, -1 for the Job.
	Index int64
	// Record is what is written on the Job.
	Record Record
	// Tried says that the expression is not that of the Job, and Over why the Job
	// waits no more, so that none would change anything; empty if it waits.
	Tried bool
	Over  string
}

// Explanation is what there is to say about a Job. Its JSON is a promise.
type Explanation struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Kind is that of what is no Job.
	Kind string `json:"kind,omitempty"`
	// Run is that of a step, whose name Name is.
	Run string `json:"run,omitempty"`
	// State is one of gate.State, and Action, Reason and Message are the decision.
	State     string `json:"state"`
	Action    string `json:"action"`
	Reason    string `json:"reason,omitempty"`
	Message   string `json:"message,omitempty"`
	DependsOn string `json:"dependsOn,omitempty"`
	// Tried says that DependsOn is an expression of --expr.
	Tried bool `json:"tried,omitempty"`
	// Over says, with Tried, that and why the Job waits no more.
	Over string `json:"over,omitempty"`
	// Since is when the state began, as far as the Job tells.
	Since string `json:"since,omitempty"`
	// Because is what the gate wrote down when it released or failed the Job.
	Because []string `json:"because,omitempty"`
	// Condition is what the gate wrote on the Job last, in its own words.
	Condition *Condition `json:"condition,omitempty"`
	// Causes are why a Job that may run does not run, or why it has failed, and why nobody
	// releases one that waits.
	Causes  []cause.Cause `json:"causes,omitempty"`
	Tree    *Part         `json:"tree,omitempty"`
	Element *int64        `json:"element,omitempty"`
	Array   *Elements     `json:"elements,omitempty"`
	// Next is when the decision may change by time alone.
	Next     string    `json:"next,omitempty"`
	Deadline string    `json:"waitTimeout,omitempty"`
	Expected *Expected `json:"expected,omitempty"`
	// Limits are those of which the Job waits for tokens.
	Limits []*Limit `json:"limits,omitempty"`
	// Roots are what blocks in the end: they wait for nobody.
	Roots []*Object `json:"roots,omitempty"`
	// Advice is what one could do.
	Advice []Advice `json:"advice,omitempty"`

	since time.Time
	now   time.Time
}

// Expected is when the Job may be expected to start and to end, and what that is
// based on.
type Expected struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
	Basis string `json:"basis,omitempty"`
	// Unknown says why there is no expectation.
	Unknown string `json:"unknown,omitempty"`

	start, end time.Time
}

// Of explains a Job, which must exist.
func Of(c Cluster, ref lang.Ref, o Options) *Explanation {
	s, _ := c.Snapshot(ref)
	d := c.Decision(ref)
	e := &Explanation{
		Namespace: ref.Namespace, Name: ref.Name, Run: ref.Run, Kind: s.Job.Kind,
		State: string(gate.StateOf(s.Job, d)), Action: d.Action.String(), Reason: d.Reason, Message: d.Message,
		DependsOn: s.Job.DependsOn, Tried: o.Tried, Over: o.Over, Next: stamp(d.Next), now: s.Now,
	}
	e.since = since(s, d)
	e.Since = stamp(e.since)
	w := &walk{cluster: c, self: ref, seen: map[lang.Ref]bool{}, recursive: o.Recursive}
	e.about(s, d, o)
	e.tree(w, s, o)
	if isBlocked(s, d) {
		e.Roots = NewRoots(c).of(ref, s, d)
	}
	if s.Job.Outcome() == lang.Undecided && o.Over == "" {
		e.expect(c, ref)
	}
	if d.Reason == gate.ReasonLimitReached && !o.Tried {
		e.Limits = c.Limits(ref)
	}
	if !o.Tried {
		e.Causes = c.Causes(ref)
	}
	e.Advice = advise(s, d, c, e, o)
	return e
}

// about says of a Job that is decided what was written on it.
func (e *Explanation) about(s gate.Snapshot, d gate.Decision, o Options) {
	if o.Tried {
		return
	}
	if at := s.Deadline(); d.Action == gate.Waiting {
		e.Deadline = stamp(at)
	}
	r := o.Record
	e.Condition = r.Condition
	switch {
	case s.Job.Outcome() == lang.Failed || s.Job.Outcome() == lang.Skipped:
		e.Reason, e.Message = r.FailedReason, r.FailedMessage
	case r.Release != nil && e.Message == "" && o.Index < 0:
		e.Message = "released by " + r.Release.By
	}
	if r.Release != nil && o.Index < 0 {
		e.Because = r.Release.Because
	}
}

// tree shows the expression where it says something about now: of a Job that was
// released, what decided is written down.
func (e *Explanation) tree(w *walk, s gate.Snapshot, o Options) {
	expr := gate.Deciding(s)
	waits := !s.Job.Released && (s.Job.Outcome() == lang.Undecided || s.Job.Outcome() == lang.Skipped)
	if expr == nil {
		return
	}
	switch {
	case o.Index >= 0:
		e.Element = &o.Index
	case s.Job.Object.Array != nil && expr.Elementwise():
		e.Array = elements(w, s, expr, o)
	}
	if o.Index >= 0 && expr.Elementwise() || waits {
		e.Tree = w.part(s, expr.Trace(s.World, s.Job.Subject(), s.Now, o.Index))
	}
	if o.Index >= 0 {
		one := elements(w, s, expr, o)
		one.First, one.Tree = nil, nil
		e.Array = one
	}
}

func (e *Explanation) expect(c Cluster, ref lang.Ref) {
	found := c.Expect(ref)
	e.Expected = &Expected{Start: stamp(found.Start), End: stamp(found.End), start: found.Start, end: found.End}
	switch estimate, _ := c.Estimate(ref); {
	case !found.Known():
		if e.Expected.Unknown = unknown(c, found, ref); e.Expected.Unknown == "" {
			e.Expected = nil // why is said already
		}
	case found.Guesses > 0:
		e.Expected.Basis = "a guess: the like of " + many(found.Guesses, "Job") + " on the way has not succeeded before, the median of all Jobs was taken"
	default:
		e.Expected.Basis = basis(estimate)
	}
	if e.Expected != nil && found.Overdue {
		e.Expected.Basis += "; one on the way runs longer than that already"
	}
}

// unknown says why nothing is expected of a Job, empty if the decision says it.
func unknown(c Cluster, found simulate.Expectation, ref lang.Ref) string {
	why, self := "", found.Because == ref
	switch found.Why {
	case simulate.Absent:
		if c.Unreadable(found.Because) != "" {
			why = "you may not read"
			break
		}
		if why = "does not exist"; found.Because.Kind != lang.KindJob && found.Because.Kind != lang.KindCronJob {
			why = "is no Job: nothing tells when it is as it must be"
		}
	case simulate.Untimed:
		why = "nothing tells how long it runs: no Job has succeeded yet, and it has no annotation depctl.dev/expected-duration"
		if self {
			return why
		}
		return "it depends on " + found.Because.String() + ", and " + why
	case simulate.ByElement:
		if self {
			return ""
		}
		why = "waits element by element"
	case simulate.Foreign:
		why = "is started by somebody else than the gate"
	case simulate.Unlikely:
		why = "can only run if something fails, or never runs"
	case simulate.Stuck:
		if self {
			return ""
		}
		why = "does not come by itself"
	}
	switch {
	case found.Because.Name == "":
		return ""
	case self:
		return "the Job " + why
	}
	return "it depends on " + found.Because.String() + ", which " + why
}

func basis(e simulate.Estimate) string {
	if e.Annotated {
		return "its annotation depctl.dev/expected-duration says " + human(e.Duration) + ", and so on up the graph"
	}
	return many(e.Runs, "run") + " of " + e.Family + " took " + human(e.Duration) + " on average, and so on up the graph"
}

// since returns when a Job came into its state.
func since(s gate.Snapshot, d gate.Decision) time.Time {
	job := s.Job
	switch {
	case job.Outcome() != lang.Undecided:
		return job.Object.Finished
	case !job.Suspended && !job.Started.IsZero():
		return job.Started
	case job.Condition != nil && job.Condition.Reason == d.Reason && d.Reason != gate.ReasonWaiting:
		return job.Condition.Since
	default:
		return job.Created
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
