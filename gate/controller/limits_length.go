package controller

import (
	"time"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// How many names lengths are learned of: enough for what runs regularly.
const (
	learnedNamespaces = 1024
	learnedNames      = 256
)

// learnAgain says when those of a family who wait go by what was learned meanwhile: after
// this part of their number has ended. Each end so costs the same, however many wait.
const learnAgain = 8

// lengths are how long Jobs take, by which they are ranked.
type lengths struct {
	learned *gate.Lengths
	// families has those who have not ended.
	families map[lang.Ref]*family
}

// family is those Jobs whose lengths are learned together.
type family struct {
	jobs map[lang.Ref]measured
	// learned counts who has ended since those of jobs were told what was learned, and due
	// is how many must have before they are again.
	learned, due int
}

// measured is how long a Job is to take. It changes only when it is told.
type measured struct {
	// expected is what the Job says, 0 if nothing.
	expected, length time.Duration
}

func newLengths() *lengths {
	return &lengths{learned: gate.NewLengths(learnedNamespaces, learnedNames), families: map[lang.Ref]*family{}}
}

// of returns how long a Job is to take.
func (l *lengths) of(ref lang.Ref) time.Duration {
	if f := l.families[gate.LengthFamily(ref)]; f != nil {
		if m, known := f.jobs[ref]; known {
			return m.length
		}
	}
	return time.Second
}

// keep takes in a Job that has not ended, and reports whether it is to take another time than
// before.
func (l *lengths) keep(ref lang.Ref, job gate.Job) bool {
	key, was := gate.LengthFamily(ref), l.of(ref)
	f := l.families[key]
	if f == nil {
		f = &family{jobs: map[lang.Ref]measured{}}
		l.families[key] = f
	}
	f.jobs[ref] = measured{job.Expected, gate.RankLength(ref, job.Expected, l.learned)}
	return f.jobs[ref].length != was
}

// forget forgets a Job that has ended, or is gone.
func (l *lengths) forget(ref lang.Ref) {
	key := gate.LengthFamily(ref)
	if f := l.families[key]; f != nil {
		if delete(f.jobs, ref); len(f.jobs) == 0 {
			delete(l.families, key)
		}
	}
}

// learn takes in how long a Job took, once, and returns those that are to take another time.
func (l *lengths) learn(job gate.Job) []lang.Ref {
	f := l.families[gate.LengthFamily(job.Step())]
	if !l.learned.Add(job) || f == nil {
		return nil
	}
	if f.learned++; f.learned < f.due {
		return nil
	}
	return l.tell(f)
}

// settle tells all what was learned, and returns those that are to take another time.
func (l *lengths) settle() (changed []lang.Ref) {
	for _, f := range l.families {
		if f.learned > 0 {
			changed = append(changed, l.tell(f)...)
		}
	}
	return changed
}

func (l *lengths) tell(f *family) (changed []lang.Ref) {
	f.learned, f.due = 0, len(f.jobs)/learnAgain
	for ref, m := range f.jobs {
		if is := gate.RankLength(ref, m.expected, l.learned); is != m.length {
			f.jobs[ref] = measured{m.expected, is}
			changed = append(changed, ref)
		}
	}
	return changed
}

// measure takes in how long a Job is to take, or has taken. ends says that it is not known to
// have ended.
func (s *store) measure(ref lang.Ref, job gate.Job, ends bool) {
	switch {
	case s.lengths == nil:
	case job.Outcome() == lang.Undecided:
		if s.lengths.keep(ref, job) {
			s.graph.Unrank(ref)
		}
	default:
		s.lengths.forget(ref)
		if ends {
			s.unrank(s.lengths.learn(job))
		}
	}
}

// unmeasure forgets a Job that is gone.
func (s *store) unmeasure(ref lang.Ref) {
	if s.lengths != nil {
		s.lengths.forget(ref)
	}
}

func (s *store) unrank(refs []lang.Ref) {
	for _, ref := range refs {
		s.graph.Unrank(ref)
	}
}
