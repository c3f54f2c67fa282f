package lint

import (
	"slices"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// branchJoin reports a Job that waits for several of which one result of a Job opens only one.
func branchJoin(l *linting, w *manifest.Workload) []mistake {
	if w.Expr == nil {
		return nil
	}
	type branch struct {
		target  *lang.Target
		results map[lang.Ref][]string
	}
	var branches []branch
	for _, term := range w.Expr.Requirements() {
		check, ok := term.Node.(*lang.Check)
		if !ok || check.Status != lang.StatusSucceeded || check.Compare != nil || len(check.Results) > 0 {
			continue
		}
		for i := range check.Targets {
			t := &check.Targets[i]
			other := l.named(t.Ref.Resolve(w.By()))
			if t.Self || other == nil || other == w || other.Expr == nil {
				continue
			}
			mine := branch{t, resultsOf(other)}
			for _, before := range branches {
				for producer, results := range mine.results {
					others, same := before.results[producer]
					if !same || slices.ContainsFunc(results, func(r string) bool { return slices.Contains(others, r) }) {
						continue
					}
					return mistakef(w.Expression(t.Span), "wait for either: "+before.target.Ref.String()+" or "+t.Ref.String(),
						"%s and %s run with different results of %s, so only one of them succeeds, and this Job never runs", before.target.Ref, t.Ref, producer.Name)
				}
			}
			branches = append(branches, mine)
		}
	}
	return nil
}

// resultsOf returns with which results of others a Job runs, where it needs one of them.
func resultsOf(w *manifest.Workload) map[lang.Ref][]string {
	found := map[lang.Ref][]string{}
	for _, term := range w.Expr.Requirements() {
		if check, ok := term.Node.(*lang.Check); ok && len(check.Results) > 0 && len(check.Targets) == 1 && !check.Targets[0].Self {
			found[check.Targets[0].Ref.Resolve(w.By())] = check.Results
		}
	}
	return found
}

// named returns what a reference means among the files: a Job, or a CronJob; nil if there is none.
func (l *linting) named(ref lang.Ref) *manifest.Workload {
	if ref.Kind == lang.KindCronJob {
		return l.cronJob(ref)
	}
	return l.jobs[ref]
}
