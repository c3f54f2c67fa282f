package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate/schedule"
	"depctl.dev/lang"
)

// night makes of the CronJobs of a folder, or of a cluster, the Jobs that they will have.
type night struct {
	world *snapshot.World
	// fromFiles says that nobody knows of Jobs and CronJobs that are not there, and of runs before the plan.
	fromFiles bool
	// made are the Jobs by their names, with the run that each is, and queue those of which it
	// is still to be seen what they wait for.
	made  map[lang.Ref]lang.Ref
	queue []lang.Ref
	// taken are the runs before the plan, and absent the CronJobs that are not among the files,
	// which are taken for done. notes are what else is to be said.
	taken, absent []lang.Ref
	notes         []string
}

// mostMade bounds how many runs of CronJobs are planned.
const mostMade = 2000

// tonight adds to the world the next run of each CronJob, and what these wait for of other
// CronJobs: later runs as Jobs, and, of files, earlier ones as done.
func tonight(w *snapshot.World, namespace string, fromFiles bool) *night {
	n := &night{world: w, fromFiles: fromFiles, made: map[lang.Ref]lang.Ref{}}
	for ref := range w.Jobs {
		n.queue = append(n.queue, ref)
	}
	slices.SortFunc(n.queue, lang.Ref.Compare)
	for _, ref := range slices.SortedFunc(maps.Keys(n.templates()), lang.Ref.Compare) {
		runs := w.CronJobs.Runs(ref)
		_, err := schedule.Read(runs.CronJob.Schedule, runs.CronJob.Zone, runs.CronJob.Created)
		at, ok := runs.Next(w.Now)
		switch name := picture.NameIn(namespace, ref); {
		case err != nil:
			n.notes = append(n.notes, fmt.Sprintf("%s does not run: %v.", name, err))
		case runs.CronJob.Suspended:
			n.notes = append(n.notes, fmt.Sprintf("%s does not run: it is suspended.", name))
		case !ok:
			n.notes = append(n.notes, fmt.Sprintf("%s does not run: its schedule has no time to come.", name))
		default:
			n.make(ref, at)
		}
	}
	for len(n.queue) > 0 {
		job := n.queue[0]
		n.queue = n.queue[1:]
		n.follow(job)
	}
	if len(n.made) >= mostMade {
		n.notes = append(n.notes, fmt.Sprintf("Of CronJobs the first %s are planned.", command.Count(mostMade, "run")))
	}
	if len(n.taken) > 0 {
		n.notes = append(n.notes, fmt.Sprintf("Before this plan, and taken for done: %s.", picture.Enumerate(n.takenNames(namespace), 200, "...")))
	}
	return n
}

// takenNames names the runs before the plan: those of a CronJob together if they are several.
func (n *night) takenNames(namespace string) []string {
	slices.SortFunc(n.taken, func(a, b lang.Ref) int { return cmp.Or(a.Object().Compare(b.Object()), a.Compare(b)) })
	n.taken = slices.Compact(n.taken)
	var names []string
	for i, count := 0, 0; i < len(n.taken); i += count {
		for count = 1; i+count < len(n.taken) && n.taken[i].Object() == n.taken[i+count].Object(); {
			count++
		}
		name := picture.NameIn(namespace, n.taken[i])
		if count > 1 {
			name = fmt.Sprintf("%d runs of %s", count, picture.NameIn(namespace, n.taken[i].Object()))
		}
		names = append(names, name)
	}
	return names
}

func (n *night) templates() map[lang.Ref]*batchv1.CronJob {
	if n.fromFiles {
		return n.world.Templates
	}
	return n.world.Live
}

func (n *night) make(cronJob lang.Ref, at time.Time) {
	job := n.world.MakeRun(cronJob, at)
	n.made[job] = snapshot.TimeOf(cronJob, at)
	n.queue = append(n.queue, job)
}

// follow looks at which runs a Job waits for.
func (n *night) follow(job lang.Ref) {
	expr := n.world.Graph.Expr(job)
	if expr == nil {
		return
	}
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(job).Object()
		if ref.Kind != lang.KindCronJob || snapshot.AsksAbsent(expr, job, ref) {
			continue
		}
		if n.world.CronJobs.Runs(ref) == nil || slices.Contains(n.absent, ref) {
			if n.fromFiles {
				n.assume(job, edge.Ref.Resolve(job))
			}
			continue
		}
		for _, run := range n.world.Meant(job, edge.Ref) {
			at, err := time.Parse(time.RFC3339, run.Run)
			known := n.world.CronJobs.Runs(ref)
			if err != nil || known.At(at, schedule.Unasked).State != schedule.Pending {
				continue
			}
			switch {
			case n.fromFiles && !at.After(n.world.Now):
				n.world.TakeForDone(ref, at)
				n.taken = append(n.taken, run)
			case n.templates()[ref] != nil && !known.CronJob.Suspended && len(n.made) < mostMade:
				n.make(ref, at)
			}
		}
	}
}

// assume has a CronJob that is not among the files, with the run that a Job waits for: it is taken
// for done.
func (n *night) assume(job, ref lang.Ref) {
	facts := n.world.Jobs[job]
	at := facts.Created
	if facts.CronJob != "" {
		at = facts.Run.Time
	}
	if !slices.Contains(n.absent, ref.Object()) {
		n.absent = append(n.absent, ref.Object())
		const never = "0 0 30 2 *" // but for the runs that are meant
		n.world.PutTemplate(&batchv1.CronJob{ObjectMeta: metav1.ObjectMeta{Namespace: ref.Namespace, Name: ref.Name}, Spec: batchv1.CronJobSpec{Schedule: never}})
		delete(n.world.Templates, ref.Object())
	}
	if at.IsZero() {
		at = n.world.Now
	}
	// Runs that an offset means are so far off that no period has two.
	const apart = 366
	for step := min(ref.Offset(), 0); step <= max(ref.Offset(), 0); step++ {
		n.world.TakeForDone(ref.Object(), at.Truncate(time.Second).AddDate(0, 0, step*apart))
	}
}

// name gives the Jobs of CronJobs the names that expressions have for them: what they are runs of,
// and when.
func (n *night) name(r *simulate.Run) *simulate.Run {
	if n == nil || len(n.made) == 0 {
		return r
	}
	called := func(ref lang.Ref) lang.Ref {
		if run, ok := n.made[ref]; ok {
			return run
		}
		return ref
	}
	named := *r
	named.Jobs, named.Idle = map[lang.Ref]*simulate.Job{}, map[lang.Ref]string{}
	for ref, job := range r.Jobs {
		one := *job
		one.Ref, one.After = called(job.Ref), called(job.After)
		named.Jobs[called(ref)] = &one
	}
	for ref, why := range r.Idle {
		named.Idle[called(ref)] = why
	}
	return &named
}
