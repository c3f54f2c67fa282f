package logs

import (
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// job is one that is followed.
type job struct {
	gate.Job
	// had is how many pods of it have ended, as it says itself.
	had  int64
	gone bool
}

// setJob takes in a Job, and with it those of its pods that were there before.
func (f *follower) setJob(full *batchv1.Job) {
	f.observeJob(full)
	for _, p := range f.of[full.UID] {
		f.consider(p)
	}
	f.start()
	f.tell()
}

func (f *follower) observeJob(full *batchv1.Job) {
	observed := gate.Observe(full)
	if !f.selection.has(observed) {
		return
	}
	f.jobs[full.UID] = &job{Job: observed, had: hadPods(full)}
	key := f.selection.key(observed)
	if before := f.jobs[f.latest[key]]; before == nil || !gate.Newer(before.Job, observed) {
		f.latest[key] = full.UID
	}
}

// removeJob takes in that a Job is gone; how it has ended stays known.
func (f *follower) removeJob(full *batchv1.Job) {
	if j := f.jobs[full.UID]; j != nil {
		j.gone = true
		f.tell()
	}
}

// replaceJobs takes in all Jobs of a stream.
func (f *follower) replaceJobs(s cluster.Stream, all []*batchv1.Job) {
	delete(f.unlisted, s)
	there := map[types.UID]bool{}
	for _, full := range all {
		there[full.UID] = true
		f.observeJob(full)
	}
	for uid, j := range f.jobs {
		if !there[uid] && s.Has(j.Namespace, j.Name) {
			j.gone = true
		}
	}
	f.considerAll()
}

// isOver reports whether a Job, or the elements of it that were asked for, have ended.
func (f *follower) isOver(j *job) bool {
	if j.gone || j.Outcome() != lang.Undecided {
		return true
	}
	elements, array := f.selection.elements(j.Job), j.Object.Array
	return len(elements) > 0 && len(elements.Minus(array.Completed.Union(array.Failed))) == 0
}

// over reports whether all Jobs have ended, and of a run as many as it says it has.
func (f *follower) over() bool {
	steps, size := int64(0), int64(0)
	for _, uid := range f.latest {
		j := f.jobs[uid]
		if !f.isOver(j) {
			return false
		}
		steps++
		size = max(size, j.Object.RunSize)
	}
	return !f.selection.isRun() || steps >= size
}
