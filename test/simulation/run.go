package simulation

import (
	"fmt"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// inRuns makes many Jobs steps of runs.
func (d *draw) inRuns() {
	steps := map[[2]string]int{}
	for i := range d.jobs {
		j := &d.jobs[i]
		if !d.chance(60) {
			continue
		}
		j.Run = d.pick("k", "k", "2026-11-29")
		j.FailFast = !d.Steady && d.chance(30)
		switch at := d.IntN(i + 1); {
		case !d.Steady && d.chance(25) && d.jobs[at].Run == j.Run && d.jobs[at].Namespace == j.Namespace:
			j.Step = d.jobs[at].step() // it is tried again
		case d.chance(50):
			j.Step = "s-" + j.Name
		}
		steps[[2]string{j.Namespace, j.Run}]++
	}
	for i := range d.jobs {
		// Without a size, a step that comes later reopens its run.
		if j := &d.jobs[i]; j.Run != "" && (d.Steady || d.chance(30)) {
			j.RunSize = steps[[2]string{j.Namespace, j.Run}]
		}
	}
}

// step returns by which name others name the Job.
func (j Job) step() string {
	if j.Step != "" {
		return j.Step
	}
	return j.Name
}

// at returns what follows a name or a set of the run of job to in an expression of job i.
func (d *draw) at(i, to int) string {
	if run := d.jobs[to].Run; run != d.jobs[i].Run || d.chance(5) {
		return "@" + run
	}
	return ""
}

// run is a check of a run as a whole.
func (d *draw) run(i int) string {
	at := ""
	if run := d.jobs[i].Run; run == "" || d.chance(20) {
		at = "@" + d.pick("k", "2026-11-29")
	}
	return fmt.Sprintf(d.pick("run%s", "succeeded(run%s)", "failed(run%s)", "finished(run%s)"), at)
}

// absent is a check of what does not exist.
func (d *draw) absent(i int) string {
	name := d.name(i)
	return fmt.Sprintf(d.pick("absent(%[1]s) + 1m", "(%[1]s or absent(%[1]s) + 1m)", "(finished(%[1]s) or absent(%[1]s) + 1m)"), name)
}

// Place returns Jobs by the references under which others know them: of several of one step, the latest
// counts.
func Place(jobs []gate.Job) map[lang.Ref]gate.Job {
	latest := map[lang.Ref]gate.Job{}
	for _, job := range jobs {
		if other, taken := latest[job.Step()]; !taken || gate.Newer(job, other) {
			latest[job.Step()] = job
		}
	}
	placed := map[lang.Ref]gate.Job{}
	for _, job := range jobs {
		job.Superseded = latest[job.Step()].UID != job.UID
		placed[job.Ref()] = job
	}
	return placed
}

// failure returns the failure of a Job's run, for a Job that waits.
func (r *Reference) failure(job gate.Job) *gate.RunFailure {
	run := job.Step()
	if run.Run == "" || job.Superseded || !Waits(job) {
		return nil
	}
	return gate.FailureOf(r.Graph(), gate.AllSteps(run))
}
