package explanation

import (
	"depctl.dev/cli/cause"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Object is one that a check waits for, or because of which it is false.
type Object struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Run is that of a step, whose name Name is, or the scheduled time, of a run of a CronJob that
	// has no Job.
	Run string `json:"run,omitempty"`
	// State is one of gate.State, or unknown if you may not read it.
	State   string `json:"state"`
	Message string `json:"message,omitempty"`
	// Causes are why it does not run, or has failed, where it blocks in the end.
	Causes []cause.Cause `json:"causes,omitempty"`
	// Again says that it is explained elsewhere, and Cycle that it is above itself.
	Again bool  `json:"again,omitempty"`
	Cycle bool  `json:"cycle,omitempty"`
	Tree  *Part `json:"tree,omitempty"`

	ref lang.Ref
	// near is a name that one which is not there may mean.
	near     string
	snapshot gate.Snapshot
}

// Ref returns the object by the name that expressions have for it.
func (o *Object) Ref() lang.Ref { return o.ref }

// mostObjects is how many members of a set are shown.
const mostObjects = 5

// objects adds to a check what keeps it from being true: with each, in a
// recursive walk, what it waits for. Of a single object that waits for nothing
// all is said.
func (w *walk) objects(p *Part, s gate.Snapshot, r lang.Reason) {
	refs := culprits(s, r)
	p.set = r.Size > 0 && len(p.Runs) != 1 || len(refs) > 1
	for _, ref := range refs {
		if len(p.Objects) == mostObjects {
			p.More = len(refs) - mostObjects
			break
		}
		o := w.object(ref)
		if p.set || o.Tree != nil || o.Again || o.Cycle {
			p.Objects = append(p.Objects, o)
		}
	}
}

func (w *walk) object(ref lang.Ref) *Object {
	o := objectOf(w.cluster, ref)
	expr := o.snapshot.Expr
	if !w.recursive || expr == nil || !waits(o) {
		return o
	}
	for _, above := range append([]lang.Ref{w.self}, w.path...) {
		if above == ref {
			o.Cycle = true
			return o
		}
	}
	if o.Again = w.seen[ref]; o.Again {
		return o
	}
	w.seen[ref] = true
	w.path = append(w.path, ref)
	expr = gate.Deciding(o.snapshot)
	o.Tree = w.part(o.snapshot, expr.Trace(o.snapshot.World, o.snapshot.Job.Subject(), o.snapshot.Now, -1))
	w.path = w.path[:len(w.path)-1]
	return o
}

// waits reports whether what an object waits for says why it blocks.
func waits(o *Object) bool {
	switch gate.State(o.State) {
	case gate.StateWaiting, gate.StateBlocked, gate.StateSkipped:
		return true
	}
	return false
}

func objectOf(c Cluster, ref lang.Ref) *Object {
	if job, made := c.RunJob(ref); made {
		ref = job
	}
	o := &Object{Kind: ref.Kind, Namespace: ref.Namespace, Name: ref.Name, State: string(gate.StateMissing), ref: ref}
	if ref.Kind == lang.KindJob {
		o.Run = ref.Run
	}
	s, exists := c.Snapshot(ref)
	if !exists && ref.Kind == lang.KindJob {
		o.near = c.Near(ref)
	}
	switch why := c.Unreadable(ref); {
	case exists:
		d := c.Decision(ref)
		o.State, o.Message, o.snapshot = string(gate.StateOf(s.Job, d)), d.Message, s
		if s.Job.Outcome() == lang.Failed {
			o.Message = s.Job.Object.Reason
		}
		if s.Job.Outcome() == lang.Failed || gate.State(o.State) == gate.StatePending {
			o.Causes = c.Causes(ref)
		}
	case ref.Kind != lang.KindJob:
		state, why := c.State(ref)
		o.State, o.Message = string(state), why
		if ref.Kind == lang.KindCronJob {
			o.Run = ref.Run
		}
	case why != "":
		o.State, o.Message = "unknown", why
	}
	return o
}

// culprits returns the objects because of which a check is not true.
func culprits(s gate.Snapshot, r lang.Reason) []lang.Ref {
	var list []lang.Ref
	if !r.Until.IsZero() || r.Undated {
		return nil // it waits for time
	}
	for i := range r.Check.Targets {
		target := &r.Check.Targets[i]
		if target.Self {
			continue
		}
		ref := target.Ref.Resolve(s.Job.Ref())
		runs := ref.Kind == lang.KindCronJob && r.Check.Status != lang.StatusAbsent
		if !ref.IsSet() && !runs {
			if o := s.World.Object(ref); r.Size == 0 || blocks(r, o) {
				list = append(list, ref)
			}
			continue
		}
		members, _ := s.World.Members(ref)
		for _, m := range members {
			of := ref
			if of.Name = m.Name; runs {
				of.Name, of.Run = ref.Name, m.Name
			}
			if target.WholeRun && m.Object != nil && m.Object.NamesRun {
				continue // it is no part of what is waited for
			}
			if blocks(r, m.Object) {
				list = append(list, of)
			}
		}
		if runs && len(members) == 0 {
			list = append(list, ref.Object())
		}
	}
	return list
}

func blocks(r lang.Reason, o *lang.Object) bool {
	if r.Value == lang.False {
		return o != nil && o.Outcome != lang.Undecided && (r.Check.Status == lang.StatusFailed) == (o.Outcome == lang.Succeeded)
	}
	return o == nil || o.Outcome == lang.Undecided
}
