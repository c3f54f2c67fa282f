package controller

import (
	"hash/maphash"
	"slices"

	"depctl.dev/lang"
)

// What is in this file knows which CronJobs are named, by Jobs that wait and by templates: their runs are recorded, and
// kept until they are.

// nameInTemplate counts what the template of a CronJob names, and returns what it names or has named if it
// is another one.
func (s *store) nameInTemplate(ref lang.Ref, text string) (affected []lang.Ref) {
	one := s.crons.of[ref]
	template := maphash.String(texts, text)
	if one.template == template {
		return nil
	}
	one.template = template
	affected = one.names
	for _, other := range one.names {
		if s.crons.named[other]--; s.crons.named[other] == 0 {
			delete(s.crons.named, other)
		}
	}
	one.names = nil
	if text == "" || len(text) > longText || lang.IsListOfNames(text) {
		return s.renamed(affected)
	}
	expr, err := lang.Parse(text)
	if err != nil {
		return s.renamed(affected)
	}
	for _, edge := range expr.Edges() {
		if edge.Ref.Kind == lang.KindCronJob {
			one.names = append(one.names, edge.Ref.Resolve(lang.Ref{Namespace: ref.Namespace}).Object())
		}
	}
	if len(one.names) > 0 { // its own earlier runs say where its period begins
		one.names = append(one.names, ref)
	}
	for _, other := range one.names {
		s.crons.named[other]++
	}
	return s.renamed(append(slices.Clone(affected), one.names...))
}

// renamed notes whether somebody names CronJobs, where that may have changed, and returns them.
func (s *store) renamed(refs []lang.Ref) []lang.Ref {
	for _, ref := range refs {
		if one := s.crons.of[ref]; one != nil && one.named != s.isNamed(ref) {
			one.named, one.misguarded = !one.named, true
		}
	}
	return refs
}

// namedCronJobs returns the CronJobs that a Job names while it waits.
func (s *store) namedCronJobs(ref lang.Ref) (list []lang.Ref) {
	if len(s.crons.of) == 0 {
		return nil
	}
	for _, prerequisite := range s.graph.Prerequisites(ref) {
		if prerequisite.Kind == lang.KindCronJob {
			list = append(list, prerequisite)
		}
	}
	return list
}

// reguard has the finalizers of the Jobs of a CronJob looked at, where somebody began to name it, or nobody does any
// more.
func (s *store) reguard(ref lang.Ref) {
	s.change(func() []lang.Ref {
		one := s.crons.of[ref]
		if one == nil || !one.misguarded {
			return nil
		}
		one.misguarded = false
		return s.guardedRuns(ref)
	})
}

// guardedRuns returns the Jobs of a CronJob that have a finalizer, or may need one.
func (s *store) guardedRuns(ref lang.Ref) (list []lang.Ref) {
	children := s.crons.Children(ref)
	for _, child := range children.After(nil, children.Len()) {
		job := s.keyOf(lang.Job(ref.Namespace, child.Name))
		if e := s.entries[job]; e.job.Guarded || e.job.AtRisk {
			list = append(list, job)
		}
	}
	return list
}

// isNamed reports whether some expression names a CronJob, so that its runs are recorded.
func (s *store) isNamed(ref lang.Ref) bool {
	return s.crons.named[ref] > 0 || s.graph.HasDependents(ref)
}
