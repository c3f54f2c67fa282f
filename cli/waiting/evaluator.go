package waiting

import (
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Evaluator is what is known of the objects that an expression names.
type Evaluator struct {
	expr  *lang.Expr
	self  lang.Ref
	kinds Kinds
	graph *depgraph.Graph
	// began is when the wait began, and went when objects were seen to go.
	began time.Time
	went  map[lang.Ref]time.Time
	// jobs are there by their own names; latest has the name of the one that is a step.
	jobs   map[lang.Ref]gate.Job
	latest map[lang.Ref]lang.Ref
	seen   gate.RecordedOutcomes
	// forbidden says, by namespace and name, what the user may not look at.
	forbidden map[lang.Ref]string
	// exits are the exit codes that were learned, by UID of the Job.
	exits map[types.UID]*gate.Exits
}

// New returns an Evaluator that begins now, and to which nothing is known yet. Names without a
// namespace are in that one, and without a run in that run, if it is not empty.
func New(expr *lang.Expr, namespace, run string, kinds Kinds, now time.Time) *Evaluator {
	v := &Evaluator{
		// No Job has an empty name: so no set leaves anything out.
		expr: expr, self: lang.Job(namespace, ""), kinds: kinds, graph: depgraph.New(), began: now, went: map[lang.Ref]time.Time{}, jobs: map[lang.Ref]gate.Job{}, latest: map[lang.Ref]lang.Ref{},
		seen: gate.RecordedOutcomes{}, forbidden: map[lang.Ref]string{}, exits: map[types.UID]*gate.Exits{},
	}
	if run != "" {
		v.self.Run = run
		v.self = v.self.Superseded("") // whose names are those of the run, and which is none of its steps
	}
	v.graph.Set(v.self, depgraph.Node{Expr: expr})
	return v
}

// Set takes in the state of a Job.
func (v *Evaluator) Set(job gate.Job, now time.Time) {
	ref := job.Identity()
	if old, known := v.jobs[ref]; known && old.UID == job.UID && old.Object.Ready && job.Object.Ready {
		job.Object.ReadyAt = old.Object.ReadyAt
	} else if job.Object.Ready {
		job.Object.ReadyAt = now // no status says since when
	}
	if e, known := v.exits[job.UID]; known {
		job.Object = e.In(job.Object)
	}
	if old, known := v.jobs[ref]; known && old.Step() != job.Step() {
		delete(v.jobs, ref)
		v.elect(old.Step())
	}
	v.jobs[ref] = job
	if latest, held := v.jobs[v.latest[job.Step()]]; held && latest.Step() == job.Step() && latest.Name != job.Name && gate.Newer(latest, job) {
		return
	}
	v.take(job)
}

// take makes a Job the one of its step.
func (v *Evaluator) take(job gate.Job) {
	step := job.Step()
	delete(v.seen, step)
	delete(v.went, step)
	v.latest[step] = job.Identity()
	v.graph.Set(step, depgraph.Node{Object: job.Object, Labels: job.Labels})
}

// elect makes the latest Job of a step that one, and reports whether there is one.
func (v *Evaluator) elect(step lang.Ref) bool {
	delete(v.latest, step)
	v.graph.Remove(step)
	var latest gate.Job
	if step.Run != "" { // else a name has one Job
		for _, job := range v.jobs {
			if job.Step() == step && (latest.Name == "" || gate.Newer(job, latest)) {
				latest = job
			}
		}
	}
	if latest.Name != "" {
		v.take(latest)
	}
	return latest.Name != ""
}

// isLatest reports whether a Job is the one of its step.
func (v *Evaluator) isLatest(job gate.Job) bool { return v.latest[job.Step()] == job.Identity() }

// Remove takes in that a Job is gone; job is its last state.
func (v *Evaluator) Remove(job gate.Job, now time.Time) {
	step, counted := job.Step(), v.isLatest(job)
	delete(v.jobs, job.Identity())
	v.went[step] = now
	if !counted || v.elect(step) || job.Outcome() == lang.Undecided {
		return
	}
	o := job.Object
	if e, known := v.exits[job.UID]; known {
		o = e.In(o)
	}
	v.seen[step] = gate.RecordedOutcome{Object: o, Labels: job.Labels}
}

// Replace takes in all Jobs of a namespace, or of those only the one of a name.
func (v *Evaluator) Replace(namespace, name string, jobs []gate.Job, now time.Time) {
	there := map[lang.Ref]bool{}
	for _, job := range jobs {
		there[job.Identity()] = true
		v.Set(job, now)
	}
	for ref, job := range v.jobs {
		if ref.Namespace == namespace && (name == "" || ref.Name == name) && !there[ref] {
			v.Remove(job, now)
		}
	}
	for ref := range v.forbidden {
		if ref.Namespace == namespace && (name == "" || ref.Name == name) {
			delete(v.forbidden, ref)
		}
	}
}

// Forbid takes in that the user may not look at the Jobs of a namespace, or at the
// one of a name, and why.
func (v *Evaluator) Forbid(namespace, name, why string) { v.forbidden[lang.Job(namespace, name)] = why }

// Unlearned returns the Jobs whose exit codes decide, and are not known yet.
func (v *Evaluator) Unlearned() []gate.Job {
	var list []gate.Job
	for _, job := range v.jobs {
		_, known := v.exits[job.UID]
		if job.Outcome() == lang.Failed && !known && v.isLatest(job) && v.expr.AsksExitCode(job.Step(), v.self) {
			list = append(list, job)
		}
	}
	slices.SortFunc(list, func(a, b gate.Job) int { return a.Ref().Compare(b.Ref()) })
	return list
}

// Learn takes in the exit codes of a Job and of its elements.
func (v *Evaluator) Learn(job gate.Job, exits *gate.Exits) {
	v.exits[job.UID] = exits
	if known, ok := v.jobs[job.Identity()]; ok && known.UID == job.UID {
		known.Object = exits.In(known.Object)
		if v.jobs[job.Identity()] = known; v.isLatest(known) {
			v.take(known)
		}
	}
}

// Judgement is what is known at one time.
type Judgement struct {
	Value lang.Value
	// Hopeless tells that it stays unknown, or becomes false, unless somebody fixes a
	// right or the text.
	Hopeless bool
	// Next is when the value may change by time alone; zero if it will not.
	Next    time.Time
	Reasons []lang.Reason
}

// Judge evaluates the expression.
func (v *Evaluator) Judge(now time.Time) Judgement {
	world := world{v, gate.World{Graph: v.graph, Kinds: v.kinds, Self: v.self, Access: gate.Open{}, Seen: v.seen, Absent: v.absentSince}}
	subject := &lang.Subject{Ref: v.self, Object: &lang.Object{Created: v.began}}
	verdict := v.expr.Eval(world, subject, now)
	j := Judgement{Value: verdict.Value, Next: verdict.Next, Reasons: v.expr.Reasons(world, subject, now)}
	j.Hopeless = verdict.Value == lang.Unknown && !v.expr.Trace(world, subject, now, -1).Attainable()
	return j
}

// world is that of the gate, but for what the user may not look at.
type world struct {
	*Evaluator
	gate.World
}

// Object returns what is known of an object.
func (w world) Object(ref lang.Ref) *lang.Object {
	if problem := w.barred(ref); problem != nil {
		return &lang.Object{Problem: problem}
	}
	return w.World.Object(ref)
}

// Members returns the Jobs of a set.
func (w world) Members(ref lang.Ref) ([]lang.Member, *lang.Problem) {
	if problem := w.barred(ref); problem != nil {
		return nil, problem
	}
	return w.World.Members(ref)
}

func (w world) barred(ref lang.Ref) *lang.Problem {
	if ref.Kind != lang.KindJob {
		return nil
	}
	for _, name := range []string{ref.Name, ""} {
		if why, ok := w.forbidden[lang.Job(ref.Namespace, name)]; ok {
			return &lang.Problem{Code: lang.ProblemForbidden, Message: why}
		}
	}
	return nil
}
