package logs

import (
	"context"
	"sync"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// follower follows the logs of Jobs until all of them have ended.
type follower struct {
	*logsOptions
	ctx      context.Context
	out      *printer
	prefixed bool
	// reading are the goroutines that read logs.
	reading sync.WaitGroup
	news    chan struct{}
	ended   chan error

	// The rest is used with the lock of the watcher.
	watcher *cluster.Watcher
	jobs    map[types.UID]*job
	// latest are the Jobs that count: of one name, or step, the last.
	latest map[lang.Ref]types.UID
	pods   map[types.UID]*followed
	of     map[types.UID][]*followed
	// unlisted are the streams that have not been listed yet.
	unlisted map[any]bool
	queue    queue
	told     map[string]bool
	// incomplete says that a log could not be read whole.
	incomplete bool
}

func (o *logsOptions) followAll(ctx context.Context, jobs []*batchv1.Job) error {
	ctx, stop := context.WithCancel(ctx)
	f := &follower{
		logsOptions: o, ctx: ctx, out: newPrinter(o.streams.Out, o.safe(), longestLine), prefixed: o.prefix || !o.isOneLog(jobs),
		news: make(chan struct{}, 1), ended: make(chan error, 1),
		watcher: o.reader.Watcher(ctx), jobs: map[types.UID]*job{}, latest: map[lang.Ref]types.UID{},
		pods: map[types.UID]*followed{}, of: map[types.UID][]*followed{}, unlisted: map[any]bool{}, told: map[string]bool{},
	}
	f.watch()
	err := f.loop()
	stop()
	f.watcher.Lock()
	f.queue.closed = true
	f.watcher.Unlock()
	f.reading.Wait()
	if flushed := f.out.flush(); err == nil {
		err = flushed
	}
	return err
}

// watch begins to watch the Jobs and their pods.
func (f *follower) watch() {
	w := f.watcher
	w.Set, w.Removed, w.Replaced, w.Outage = f.setJob, f.removeJob, f.replaceJobs, f.note
	jobs, pods := f.selection.streams(), f.selection.pods()
	for _, s := range jobs {
		f.unlisted[s] = true
	}
	for _, s := range pods {
		f.unlisted[s] = true
	}
	for _, s := range jobs {
		w.Watch(f.ctx, s)
	}
	for _, s := range pods {
		f.reader.WatchPods(f.ctx, w, s, cluster.Pods{
			Set: f.setPod, Removed: func(pod *corev1.Pod) { f.removePod(pod.UID) },
			Replaced: func(all []*corev1.Pod) { f.replacePods(s, all) },
		})
	}
}

// isOneLog reports whether no more than one log is to come at a time: a Job that was
// named, with one pod and one container.
func (o *logsOptions) isOneLog(jobs []*batchv1.Job) bool {
	if len(o.selection.named) != 1 || o.selection.several() || len(jobs) != 1 || o.which.all {
		return false
	}
	spec := jobs[0].Spec
	return (spec.Parallelism == nil || *spec.Parallelism <= 1) && (spec.Completions == nil || *spec.Completions <= 1) && gate.Observe(jobs[0]).Object.Array == nil
}

// loop ends when all Jobs have ended, and their logs are read.
func (f *follower) loop() error {
	settled := false
	for {
		select {
		case <-f.ctx.Done():
			return f.ctx.Err()
		case err := <-f.watcher.Ended():
			return err
		case err := <-f.ended:
			return err
		case <-f.news:
		}
		if over, _ := f.state(); !over {
			settled = false
			continue
		}
		if !settled {
			// The watch of pods may be behind that of Jobs.
			if err := f.settle(); err != nil {
				return err
			}
			settled = true
		}
		if over, idle := f.state(); over && idle {
			return f.verdict()
		}
	}
}

// state reports whether all Jobs have ended, and whether no log is to be read any more.
func (f *follower) state() (over, idle bool) {
	f.watcher.Lock()
	defer f.watcher.Unlock()
	return len(f.unlisted) == 0 && f.over(), f.queue.isEmpty()
}

// settle takes in the pods as they are now.
func (f *follower) settle() error {
	for _, s := range f.selection.pods() {
		var all []*corev1.Pod
		if err := f.reader.Pods(f.ctx, s, func(pod *corev1.Pod) { all = append(all, pod) }); err != nil {
			return err
		}
		f.watcher.Lock()
		f.replacePods(s, all)
		f.watcher.Unlock()
	}
	return nil
}

func (f *follower) tell() {
	select {
	case f.news <- struct{}{}:
	default:
	}
}

// end ends the command with an error; the first one counts.
func (f *follower) end(err error) {
	select {
	case f.ended <- err:
	default:
	}
}

// note says something beside the logs. The lock is held.
func (f *follower) note(text string) {
	// Nobody may read it; the logs are what counts.
	_ = command.PrintNotes(f.streams.ErrOut, []string{text})
}

// once says something of a kind, and nothing more of that kind later.
func (f *follower) once(kind, text string) {
	if !f.told[kind] {
		f.told[kind] = true
		f.note(text)
	}
}
