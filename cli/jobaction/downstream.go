package jobaction

import (
	"slices"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// stranding returns these Jobs, and those that wait and can no longer run once they
// are gone: whatever becomes of all others, their expressions cannot come true.
// Each comes before what it waits for, so that none is ever decided about when
// that has just gone.
func stranding(w *snapshot.World, gone []lang.Ref) []lang.Ref {
	dead := map[lang.Ref]bool{}
	taken := map[lang.Ref]gate.Job{}
	take := func(ref lang.Ref) []lang.Ref {
		dependents := w.Graph.Dependents(ref)
		dead[ref], taken[ref] = true, w.Jobs[ref]
		w.Graph.Remove(ref)
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
		job, there := w.Jobs[ref]
		expr := w.Graph.Expr(ref)
		if !there || dead[ref] || expr == nil || job.Released || snapshot.NotWaiting(job) != nil {
			continue
		}
		if can, _ := expr.Satisfiable(w.SeenBy(ref), job.Subject(), fate); !can {
			next = append(next, take(ref)...)
		}
	}
	for _, job := range taken {
		w.Add(job)
	}
	order := inOrder(w, dead)
	slices.Reverse(order)
	return order
}
