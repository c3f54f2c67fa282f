package cli

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// stranding returns these Jobs, and those that wait and can no longer run once they
// are gone: whatever becomes of all others, their expressions cannot come true.
// Each comes before what it waits for, so that none is ever decided about when
// that has just gone.
func stranding(w *world, gone []lang.Ref) []lang.Ref {
	dead := map[lang.Ref]bool{}
	taken := map[lang.Ref]gate.Job{}
	take := func(ref lang.Ref) []lang.Ref {
		dependents := w.graph.Dependents(ref)
		dead[ref], taken[ref] = true, w.jobs[ref]
		w.graph.Remove(ref)
		return dependents
	}
	fate := func(ref lang.Ref) lang.Fate {
		if dead[ref] {
			return lang.Frozen
		}
		return lang.Free
	}
	var next []lang.Ref
	for _, ref := range gone {
		next = append(next, take(ref)...)
	}
	for len(next) > 0 {
		ref := next[0]
		next = next[1:]
		job, there := w.jobs[ref]
		expr := w.graph.Expr(ref)
		if !there || dead[ref] || expr == nil || job.Released || waits(job) != nil {
			continue
		}
		if can, _ := expr.Satisfiable(w.seenBy(ref), job.Subject(), fate); !can {
			next = append(next, take(ref)...)
		}
	}
	for _, job := range taken {
		w.add(job)
	}
	order := inOrder(w, dead)
	slices.Reverse(order)
	return order
}
