package snapshot

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Hearsay is what service accounts may see in other namespaces, as far as anybody
// can tell who is not the gate. It is a gate.Access.
type Hearsay struct {
	// heard is what the gate wrote on Jobs. It decides about them, so its word counts.
	heard gate.Answers
	// Asked is what the API server answered.
	Asked gate.Answers
}

// Answer returns what is known of a question. What the gate takes for denied and is
// allowed by now, the gate will ask again.
func (r *Hearsay) Answer(q gate.Question) gate.Answer {
	switch heard := r.heard[q]; {
	case heard == gate.Unasked:
		return r.Asked[q]
	case heard == gate.Denied && r.Asked[q] == gate.Allowed:
		return gate.Unasked
	default:
		return heard
	}
}

// hear reads what the gate has written on the Jobs of a world. Where it has said two
// things of one service account, the later counts. But a text that speaks of another problem
// tells of a right only by leaving it out: where the gate has named it, that counts.
func (r *Hearsay) hear(w *World) {
	w.hearKinds()
	r.heard = gate.Answers{}
	when, hinted := map[gate.Question]time.Time{}, map[gate.Question]bool{}
	for ref, job := range w.Jobs {
		c := job.Condition
		if c == nil || !job.Waits() {
			continue
		}
		for _, q := range job.Questions(w.Graph.Expr(ref), w.Kinds) {
			a := c.Tells(q)
			hint := a == gate.Allowed && c.Reason == gate.ReasonProblem
			_, known := r.heard[q]
			switch {
			case a == gate.Unasked, known && hint && !hinted[q]:
				continue
			case known && hint == hinted[q] && c.Written.Before(when[q]):
				continue
			}
			r.heard[q], when[q], hinted[q] = a, c.Written, hint
		}
	}
}

// hearKinds takes in which kinds the gate may not look up, whatever the user may.
func (w *World) hearKinds() {
	for name, k := range w.Kinds {
		barred := gate.Unwatchable(k.Resource.GroupResource())
		if name == lang.KindCronJob || k.Why != "" && k.Why != barred {
			continue
		}
		k.Why = ""
		for ref, job := range w.Jobs {
			expr := w.Graph.Expr(ref)
			if c := job.Condition; c == nil || expr == nil || !job.Waits() || c.Reason != gate.ReasonProblem || !strings.Contains(c.Message, barred) {
				continue
			}
			if slices.ContainsFunc(expr.Edges(), func(e lang.Edge) bool { return e.Ref.Kind == name }) {
				k.Why = barred
			}
		}
		w.Kinds[name] = k
	}
}

// Open returns the questions of some Jobs that nobody has said yes to, each once and
// in order.
func (w *World) Open(refs []lang.Ref) []gate.Question {
	seen := map[gate.Question]bool{}
	var list []gate.Question
	for _, ref := range refs {
		job, exists := w.Jobs[ref]
		if !exists || !job.Waits() {
			continue
		}
		for _, q := range job.Questions(w.Graph.Expr(ref), w.Kinds) {
			if a := w.Access.Answer(q); !seen[q] && (a == gate.Unasked || a == gate.Denied) {
				seen[q] = true
				list = append(list, q)
			}
		}
	}
	slices.SortFunc(list, func(a, b gate.Question) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Target, b.Target), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Hopeful takes every right that is not known for granted.
type Hopeful struct{ gate.Access }

// Answer returns what is known of a question, and else Allowed.
func (h Hopeful) Answer(q gate.Question) gate.Answer {
	if a := h.Access.Answer(q); a != gate.Unasked {
		return a
	}
	return gate.Allowed
}

// byTheGate returns what is to be said of a Job about which d was decided here: the
// gate's own word where d rests on something that could not be found out, and where
// the gate has spoken since it could have acted, and has not. What stands in the Job
// itself, a hold or a mistake, is seen here as well as there.
func byTheGate(s gate.Snapshot, d gate.Decision) gate.Decision {
	job := s.Job
	c := job.Condition
	if c == nil || !job.Waits() || d.Reason == c.Reason || !slices.Contains(verdicts, c.Reason) {
		return d
	}
	late := func() bool { return c.Written.After(LatestOf(job, d).Add(rounding)) }
	switch {
	case ByElement(job) && s.Pods == nil && !job.Ending:
	case slices.ContainsFunc(d.Reasons, isDoubtful):
	case d.Action == gate.Releasing && c.Reason == gate.ReasonTooManyStarting:
		// Only the gate knows how many may be starting.
	case (d.Action == gate.Releasing || d.Action == gate.Failing) && late():
	case d.Reason == gate.ReasonDependencyCycle && c.Reason == gate.ReasonProblem && late():
		// Whether all on a cycle wait for good can hang on Jobs of which only the gate knows.
	default:
		return d
	}
	return gate.Decision{Action: gate.Waiting, Reason: c.Reason, Message: c.Message, Reasons: d.Reasons, Next: d.Next}
}

// verdicts are the reasons of conditions that tell what the gate made of an expression.
var verdicts = []string{gate.ReasonWaiting, gate.ReasonProblem, gate.ReasonDependencyFailed, gate.ReasonDependencyCycle, gate.ReasonTooManyStarting}

// rounding is what times that are kept to the second may be off by.
const rounding = time.Second

// isDoubtful reports whether a check is unknown because something could not be found
// out: a right, a Job that may not be read, an exit code, a result.
func isDoubtful(r lang.Reason) bool {
	return r.Problem != nil && r.Problem.Code == lang.ProblemUnasked || r.Value == lang.Unknown && len(r.Check.Codes)+len(r.Check.Results) > 0
}

// LatestOf returns when a decision could have been made, at the latest: when the Job
// was made, and what decides had happened.
func LatestOf(job gate.Job, d gate.Decision) time.Time {
	at := job.Created
	for _, reason := range d.Reasons {
		if reason.Check.Status == lang.StatusTime {
			at = later(at, reason.Check.At.Add(reason.Check.Delay))
		}
		if o := reason.Object; o != nil {
			for _, t := range []time.Time{o.Created, o.Finished, o.StartedAt} {
				at = later(at, t.Add(reason.Check.Delay))
			}
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// ByElement reports whether pods of the Job have, or will have, the scheduling gate
// that only a gate removes. It cannot be taken out of a Job that has started.
func ByElement(job gate.Job) bool { return job.Released && job.Gated }
