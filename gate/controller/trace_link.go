package controller

import (
	"context"
	"fmt"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/gate/trace"
	"depctl.dev/lang"
)

const (
	// mostRights is how many rights are asked for because of the links of one Job, and asksPerSecond
	// how many for all. A link whose right is not known is left out: no release waits for it.
	mostRights    = 16
	asksPerSecond = 10
	// readsPerSecond is how many Jobs are read that have ended unseen.
	readsPerSecond = 50
)

// readMissed returns a Job that has ended unseen, nil if there is none. It takes its time.
func (c *Controller) readMissed(ctx context.Context, ref lang.Ref) (*batchv1.Job, error) {
	if err := c.store.traces.reads.Wait(ctx); err != nil {
		return nil, fmt.Errorf("waiting to read it: %w", err)
	}
	return c.readJob(ctx, ref.Namespace, ref.Name)
}

// spans returns the spans of a Job, none if nobody is to hear of it.
func (c *Controller) spans(ctx context.Context, raw *batchv1.Job) trace.Batch {
	t, job := c.store.traces, gate.Observe(raw)
	id, related := t.id(job.Ref())
	if id == (trace.ID{}) || !related && !job.AsksToWait() && !c.store.named(job.Ref()) || !t.exporter.Sampled(id) {
		return nil
	}
	return trace.Spans(raw, id, c.links(ctx, job))
}

// named reports whether a Job waits for this one by its name, from another namespace maybe.
func (s *store) named(ref lang.Ref) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.graph.HasDependents(ref)
}

// links returns where the prerequisites of a Job are, as far as it may know of them.
func (c *Controller) links(ctx context.Context, job gate.Job) []trace.Link {
	expr, err := job.Parse()
	if err != nil || expr == nil {
		return nil
	}
	answers := gate.Answers{}
	for _, q := range job.Questions(expr, &c.store.kinds) {
		if q.Kind == "" && q.Resource.Resource == "" && len(answers) < mostRights {
			answers[q] = c.askNow(ctx, q)
		}
	}
	return c.store.links(job, expr, answers)
}

// askNow returns the answer to a question about a Job's rights, Unasked if there is none now.
func (c *Controller) askNow(ctx context.Context, q gate.Question) gate.Answer {
	if fixed, is := c.store.access.(access.Fixed); is {
		return fixed.Access.Answer(q)
	}
	if c.rights == nil || !c.store.traces.asks.Allow() {
		return gate.Unasked
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	answer, err := c.rights.Ask(ctx, q)
	if err != nil {
		return gate.Unasked
	}
	return answer
}

// links returns where the prerequisites of a Job are that it may look at, each once, in the
// order in which the expression names them.
func (s *store) links(job gate.Job, expr *lang.Expr, answers gate.Access) (list []trace.Link) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	world := gate.World{Graph: s.graph, Kinds: &s.kinds, Self: job.Ref(), Access: answers, Seen: job.Seen, Job: job}
	linked := map[string]bool{}
	add := func(ref lang.Ref, o *lang.Object) {
		if o == nil || o.UID == "" || o.Problem != nil || linked[o.UID] {
			return
		}
		linked[o.UID] = true
		if id, _ := s.traces.id(ref); id != (trace.ID{}) {
			list = append(list, trace.Link{Trace: id, Job: types.UID(o.UID), Name: ref.String()})
		}
	}
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(job.Ref())
		switch {
		case ref.Kind != lang.KindJob:
		case !ref.IsSet():
			add(ref, world.Object(ref))
		default:
			members, _ := world.Members(ref)
			for _, m := range members {
				one := ref
				one.Name = m.Name
				add(one, m.Object)
			}
		}
	}
	return list
}
