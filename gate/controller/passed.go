package controller

import (
	"slices"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// passed keeps the last Jobs that went while there were texts still to be read: who
// waits for them is not known before.
type passed struct {
	// since has, for each Job whose text is still to be read, how many had gone before.
	since map[lang.Ref]since
	// last are the last of those that have gone, and all is how many there were.
	last []gone
	all  int
}

// mostPassed is how many Jobs that went are kept. Each is looked at when a text was read.
const mostPassed = 200

type since struct {
	all int
	// text is the hash of the text. What went before an edit is not waited for.
	text uint64
}

type gone struct {
	ref lang.Ref
	gate.RecordedOutcome
}

// unread notes that the text of a Job is still to be read.
func (p *passed) unread(ref lang.Ref, text uint64) {
	if known, unread := p.since[ref]; !unread || known.text != text {
		p.since[ref] = since{p.all, text}
	}
}

// read notes that the text of a Job is there, or the Job has gone, and returns which
// Jobs have gone meanwhile. What is read may be newer than what the watch has seen.
func (p *passed) read(ref lang.Ref, text uint64) []gone {
	since, unread := p.since[ref]
	if !unread {
		return nil
	}
	delete(p.since, ref)
	var meanwhile []gone
	if since.text == text {
		meanwhile = p.last[max(0, len(p.last)-(p.all-since.all)):]
	}
	if len(p.since) == 0 {
		p.last = nil
	}
	return meanwhile
}

// pass notes that a Job has gone.
func (p *passed) pass(job gate.Job) {
	if len(p.since) == 0 {
		return
	}
	p.all++
	ref := job.Ref()
	p.last = append(p.last, gone{ref, gate.RecordOutcome(ref, job.Object, job.Labels, nil)})
	if len(p.last) > mostPassed {
		p.last = slices.Clone(p.last[len(p.last)-mostPassed:])
	}
}

// again notes that there is another Job of a name. What does not stand beside it is forgotten; its place is kept.
func (p *passed) again(ref lang.Ref, o *lang.Object) {
	for i := range p.last {
		if p.last[i].ref == ref && !p.last[i].Stands(ref, o) {
			p.last[i].ref = lang.Ref{}
		}
	}
}

// caughtUp returns what a Job has seen, with those of the Jobs that went that it waits
// for.
func (s *store) caughtUp(e entry, meanwhile []gone) gate.RecordedOutcomes {
	if len(meanwhile) == 0 || e.expr == nil || !e.job.Waits() {
		return e.seen
	}
	seen, ref := e.seen, e.job.Ref()
	names, sets := map[lang.Ref]bool{}, []lang.Ref{}
	for target := range targets(e.expr, ref) {
		if target.IsSet() {
			sets = append(sets, target)
		} else {
			names[target] = true
		}
	}
	for _, g := range meanwhile {
		waits := names[g.ref] || slices.ContainsFunc(sets, func(set lang.Ref) bool {
			return g.ref != ref && set.Contains(g.ref, g.Labels)
		})
		switch _, remembered := seen[g.ref]; {
		case waits && s.mayLook(ref, e, g.ref) != gate.Denied:
			seen = seen.With(g.ref, gate.RecordOutcome(g.ref, gate.WithResult(g.Object, s.asksResult(ref, e, g.ref)), g.Labels, nil))
		case remembered: // it was named before, and is no more
			seen = seen.Without(g.ref)
		}
	}
	return seen
}
