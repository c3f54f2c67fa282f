package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/reference"
	"depctl.dev/cli/simulate"
	"depctl.dev/lang"
)

// idle is a Job that never runs, and why.
type idle struct {
	ref    lang.Ref
	reason string
}

// plan is what a simulation comes to.
type plan struct {
	// jobs are in the order in which they start, then by name.
	jobs []*simulate.Job
	idle []idle
	// path is the critical one, from its beginning to its end.
	path []*simulate.Job
	// total is when all is done, and work the sum of all lengths.
	total, work time.Duration
	// waves counts the Jobs of each wave.
	waves []int
	// peak is the most that run at once, and peakAt when they first do.
	peak   int
	peakAt time.Duration
	// totals is when all is done by each of the orders; empty if there are slots for all.
	totals []time.Duration
	// maxStarting is how many pods may wait for a slot, 0 for any number.
	maxStarting int64
	// namespace and run are those whose Jobs are named without them; empty for none.
	namespace, run string
}

// name returns how a step of the run calls a Job.
func (p *plan) name(ref lang.Ref) string {
	return picture.NameFrom(lang.Ref{Namespace: p.namespace, Run: p.run}, ref)
}

func newPlan(f *simulate.Run) *plan {
	p := &plan{}
	for _, job := range f.Jobs {
		p.jobs = append(p.jobs, job)
		p.work += job.Length()
		p.total = max(p.total, job.End)
		if job.Critical {
			p.path = append(p.path, job)
		}
		for len(p.waves) < job.Wave {
			p.waves = append(p.waves, 0)
		}
		p.waves[job.Wave-1]++
	}
	byStart := func(a, b *simulate.Job) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Wave, b.Wave), cmp.Compare(a.End, b.End), a.Ref.Compare(b.Ref))
	}
	slices.SortFunc(p.jobs, byStart)
	slices.SortFunc(p.path, byStart)
	for ref, reason := range f.Idle {
		p.idle = append(p.idle, idle{ref, reason})
	}
	slices.SortFunc(p.idle, func(a, b idle) int { return a.ref.Compare(b.ref) })
	p.findPeak()
	return p
}

// findPeak goes through all starts and ends; of those at the same time the ends
// come first.
func (p *plan) findPeak() {
	ends := make([]time.Duration, 0, len(p.jobs))
	for _, job := range p.jobs {
		ends = append(ends, job.End)
	}
	slices.Sort(ends)
	ended := 0
	for i, job := range p.jobs {
		for ended < len(ends) && ends[ended] <= job.Start {
			ended++
		}
		if running := i + 1 - ended; running > p.peak {
			p.peak, p.peakAt = running, job.Start
		}
	}
}

// widest returns the wave with the most Jobs, the first of several.
func (p *plan) widest() (wave, jobs int) {
	for i, n := range p.waves {
		if n > jobs {
			wave, jobs = i+1, n
		}
	}
	return wave, jobs
}

// notes says what a plan rests on, and what is not in it.
func (p *plan) notes(otherwise time.Duration) []string {
	var notes []string
	if len(p.jobs)+len(p.idle) == 0 {
		return []string{"There are no Jobs to plan."}
	}
	guessed := 0
	for _, job := range p.jobs {
		if job.Estimate.Guessed() {
			guessed++
		}
	}
	if guessed > 0 {
		notes = append(notes, fmt.Sprintf("Nothing is known of how long %s take, so %s each: annotate them with %s, or use --default-duration.",
			ofJobs(guessed, len(p.jobs)), brief(otherwise), snapshot.DurationAnnotation))
	}
	const most = 5
	for i, job := range p.idle {
		if i == most && len(p.idle) > most+1 {
			notes = append(notes, fmt.Sprintf("%d more Jobs never run.", len(p.idle)-most))
			break
		}
		notes = append(notes, fmt.Sprintf("%s does not run in this plan: %s", p.name(job.ref), picture.OneLine(job.reason)))
	}
	return notes
}

func ofJobs(some, all int) string {
	if some == all {
		return command.Count(all, "Job")
	}
	return fmt.Sprintf("%d of %s", some, command.Count(all, "Job"))
}

// planRow is one line of a table or a chart: a Job, or several that are the same but
// for the numbers in their names.
type planRow struct {
	*simulate.Job
	name string
	jobs int
}

// foldFrom is how many such Jobs share a line.
const foldFrom = 4

// rows returns the lines of a plan. all keeps them apart.
func (p *plan) rows(all bool) []planRow {
	type same struct {
		family     lang.Ref
		wave       int
		start, end time.Duration
		basis      string
		critical   bool
	}
	of := func(job *simulate.Job) same {
		return same{family(job.Ref), job.Wave, job.Start, job.End, basisOf(job.Estimate), job.Critical}
	}
	counts := map[same]int{}
	for _, job := range p.jobs {
		counts[of(job)]++
	}
	var rows []planRow
	done := map[same]bool{}
	for _, job := range p.jobs {
		switch key := of(job); {
		case all || counts[key] < foldFrom:
			rows = append(rows, planRow{job, p.name(job.Ref), 1})
		case !done[key]:
			done[key] = true
			rows = append(rows, planRow{job, fmt.Sprintf("%s (%d)", p.globOf(key.family), counts[key]), counts[key]})
		}
	}
	return rows
}

// lengths returns how long Jobs take by a history. One of which nothing is known takes
// as long as the user says.
func lengths(h *simulate.History, otherwise time.Duration) func(lang.Ref) (simulate.Estimate, bool) {
	return func(ref lang.Ref) (simulate.Estimate, bool) {
		if e, known := h.Estimate(ref); known && !e.Guessed() {
			return e, true
		}
		return simulate.Estimate{Duration: otherwise}, true
	}
}

// basisOf says in a word how the length of a Job is known.
func basisOf(e simulate.Estimate) string {
	switch {
	case e.Annotated:
		return "annotation"
	case e.Guessed():
		return "default"
	default:
		return "history"
	}
}

// family returns a reference with the numbers of its name taken out.
func family(ref lang.Ref) lang.Ref {
	if ref.Kind == lang.KindJob { // each run of a CronJob is one of its own
		ref.Name = reference.WithoutNumbers(ref.Name)
	}
	return ref
}
