package overview

import (
	"cmp"
	"slices"
	"time"

	"depctl.dev/cli/cause"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Cluster is what is known of the Jobs.
type Cluster interface {
	Job(lang.Ref) (gate.Job, bool)
	Decision(lang.Ref) gate.Decision
	Expect(lang.Ref) simulate.Expectation
	// Causes returns why a Job does not run, or has failed, as far as that was read.
	Causes(lang.Ref) []cause.Cause
	// Prerequisites and Dependents are those of the graph.
	Prerequisites(lang.Ref) []lang.Ref
	Dependents(lang.Ref) []lang.Ref
	// State returns how any object stands, and why.
	State(lang.Ref) (gate.State, string)
}

// States are all states in the order in which they are shown: as a Job goes on, and
// then what wants a person.
var States = []gate.State{
	gate.StateWaiting, gate.StatePending, gate.StateRunning, gate.StateSucceeded, gate.StateSkipped, gate.StateFailed,
	gate.StateBlocked, gate.StateHeld, gate.StateInvalid, gate.StateSuspended,
}

// Overview is how some Jobs stand.
type Overview struct {
	Jobs      int
	Annotated int
	Counts    map[gate.State]int
	// Limited counts those that wait for nothing but tokens of limits.
	Limited int
	// Oldest is the Job that has waited longest; empty if none waits.
	Oldest Waiter
	// Blockers are sorted: those that hold up most come first.
	Blockers []Blocker
	// Trouble is sorted: what is true of most Jobs comes first.
	Trouble []Trouble
	ETA     ETA
}

// Trouble is a cause because of which Jobs do not run, or have failed.
type Trouble struct {
	Cause cause.Cause
	Jobs  int
	// Example is one of them, and See what to type to learn more of it.
	Example lang.Ref
	See     string
}

// Waiter is a Job that waits, and since when.
type Waiter struct {
	Ref   lang.Ref
	Since time.Time
}

// Blocker is what others wait for and what waits for nobody.
type Blocker struct {
	Ref   lang.Ref
	State gate.State
	// HoldsUp counts the Jobs that wait for it, directly or through others.
	HoldsUp int
	Since   time.Time
	// End is when it may be over; zero if nobody can tell.
	End time.Time
}

// ETA is when all Jobs may be over that can come by themselves.
type ETA struct {
	End  time.Time
	Last lang.Ref
	// Unknown counts those of which nobody can tell, and Guesses those for which the
	// median of all Jobs was taken. Learned is how many Jobs told how long they took.
	Unknown, Guesses, Learned int
	// Open counts those that are not over.
	Open int
}

// Of sums up the Jobs of refs.
func Of(c Cluster, refs []lang.Ref, learned int) *Overview {
	s := &Overview{Counts: map[gate.State]int{}, ETA: ETA{Learned: learned}}
	blockers := map[lang.Ref]bool{}
	troubles := map[string]int{}
	for _, ref := range refs {
		job, exists := c.Job(ref)
		if !exists {
			continue
		}
		state := gate.StateOf(job, c.Decision(ref))
		s.Jobs++
		s.Counts[state]++
		if job.Annotated {
			s.Annotated++
		}
		if causes := c.Causes(ref); len(causes) > 0 {
			s.trouble(troubles, job, causes[0])
		}
		if c.Decision(ref).Reason == gate.ReasonLimitReached {
			s.Limited++
		}
		if waits(state) {
			if s.Oldest.Since.IsZero() || job.Created.Before(s.Oldest.Since) {
				s.Oldest = Waiter{ref, job.Created}
			}
			for _, prerequisite := range c.Prerequisites(ref) {
				// What is over holds up only what can never be.
				if other, exists := c.Job(prerequisite); state == gate.StateBlocked || !exists || other.Outcome() == lang.Undecided {
					blockers[prerequisite] = true
				}
			}
		}
		if job.Outcome() == lang.Undecided {
			s.expect(c, ref)
		}
	}
	s.rank(c, blockers)
	slices.SortStableFunc(s.Trouble, func(a, b Trouble) int {
		return cmp.Or(cmp.Compare(b.Jobs, a.Jobs), a.Example.Compare(b.Example))
	})
	return s
}

// trouble counts a Job with those that have the same cause.
func (s *Overview) trouble(at map[string]int, job gate.Job, c cause.Cause) {
	i, known := at[c.Key()]
	if !known {
		i = len(s.Trouble)
		at[c.Key()] = i
		s.Trouble = append(s.Trouble, Trouble{Cause: c, Example: job.Ref(), See: c.See(job)})
	}
	if s.Trouble[i].Jobs++; known {
		s.Trouble[i].Cause.Pods += c.Pods
	}
}

func waits(state gate.State) bool {
	return state == gate.StateWaiting || state == gate.StateBlocked
}

func (s *Overview) expect(c Cluster, ref lang.Ref) {
	s.ETA.Open++
	e := c.Expect(ref)
	if !e.Known() {
		s.ETA.Unknown++
		return
	}
	if e.Guesses > 0 {
		s.ETA.Guesses++
	}
	if e.End.After(s.ETA.End) {
		s.ETA.End, s.ETA.Last = e.End, ref
	}
}

// rank finds the blockers among those that are waited for.
func (s *Overview) rank(c Cluster, waited map[lang.Ref]bool) {
	for ref := range waited {
		b := Blocker{Ref: ref}
		if job, exists := c.Job(ref); !exists {
			b.State, _ = c.State(ref) // missing, or what nobody may read
		} else {
			b.State, b.Since = gate.StateOf(job, c.Decision(ref)), job.Created
			if !job.Started.IsZero() {
				b.Since = job.Started
			}
		}
		// What waits for others is none, but in a circle.
		over, why := b.State == gate.StateSucceeded || b.State == gate.StateSkipped, c.Decision(ref).Reason
		if over || waits(b.State) && why != gate.ReasonDependencyCycle && why != gate.ReasonLimitReached && why != gate.ReasonTooManyStarting {
			continue
		}
		s.Blockers = append(s.Blockers, b)
	}
	count(c, s.Blockers)
	s.Blockers = slices.DeleteFunc(s.Blockers, func(b Blocker) bool { return b.HoldsUp == 0 })
	for i := range s.Blockers {
		if s.Blockers[i].State == gate.StateFailed {
			continue
		}
		s.Blockers[i].End = c.Expect(s.Blockers[i].Ref).End
	}
	slices.SortFunc(s.Blockers, func(a, b Blocker) int {
		return cmp.Or(cmp.Compare(b.HoldsUp, a.HoldsUp), a.Ref.Compare(b.Ref))
	})
}
