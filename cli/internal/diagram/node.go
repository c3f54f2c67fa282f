package diagram

import (
	"slices"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// NodeOf returns an object of a world as it is drawn.
func NodeOf(w *snapshot.World, ref lang.Ref) picture.Node {
	n := picture.Node{ID: ref.String(), Kind: picture.Missing, Ref: ref}
	n.State, n.Message = w.State(ref)
	if ref.Kind == lang.KindCronJob {
		cronJobNode(w, &n)
		return n
	}
	job, exists := w.Jobs[ref]
	if !exists {
		return n
	}
	n.Kind = picture.Job
	if ref.Run != "" {
		n.Name = job.Name
	}
	if job.UID != "" { // it has been made
		n.Created = job.Created
	}
	n.UID, n.Started, n.Finished = string(job.UID), job.Started, job.Object.Finished
	n.DependsOn = job.DependsOn
	if array := job.Object.Array; array != nil {
		n.Kind, n.Size = picture.Array, array.Size
		n.Done, n.Failed = array.Completed.Len(), array.Failed.Len()
	}
	if expr := w.Graph.Expr(ref); expr != nil && expr.Names() == nil {
		n.When = picture.OneLine(withTimes(w, ref, expr, job.DependsOn))
	}
	return n
}

// mostRuns is how many of its last runs a CronJob is drawn with.
const mostRuns = 5

// cronJobNode draws a CronJob with its last runs, and with what its template waits for if it is
// that of a file.
func cronJobNode(w *snapshot.World, n *picture.Node) {
	runs := w.CronJobs.Runs(n.Ref)
	if runs == nil {
		return
	}
	n.Kind, n.DependsOn = picture.CronJob, runs.CronJob.DependsOn
	for _, run := range slices.Backward(w.LastRuns(n.Ref, mostRuns)) {
		state, _ := w.State(run)
		n.Runs = append(n.Runs, picture.Run{Time: run.Run, State: state})
	}
	if expr := w.Graph.Expr(n.Ref); expr != nil && expr.Names() == nil {
		n.When = picture.OneLine(withTimes(w, n.Ref, expr, n.DependsOn))
	}
}

// meant returns the scheduled times that a name means: of a template those of its next run.
func meant(w *snapshot.World, by, ref lang.Ref) []string {
	if ref.Kind != lang.KindCronJob {
		return nil
	}
	list := w.Meant
	if by.Kind == lang.KindCronJob {
		list = w.MeantNext
	}
	var times []string
	for _, run := range list(by, ref) {
		if run.Run != "" {
			times = append(times, run.Run)
		}
	}
	return times
}

// withTimes returns an expression in which the names that mean one run of a CronJob have its time.
func withTimes(w *snapshot.World, by lang.Ref, expr *lang.Expr, text string) string {
	type place struct {
		end  int
		time string
	}
	var places []place
	for _, edge := range expr.Edges() {
		if times := meant(w, by, edge.Ref); len(times) == 1 && edge.Span.End <= len(text) {
			places = append(places, place{edge.Span.End, times[0]})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return b.end - a.end })
	for _, p := range slices.Compact(places) {
		text = text[:p.end] + " (" + p.time + ")" + text[p.end:]
	}
	return text
}
