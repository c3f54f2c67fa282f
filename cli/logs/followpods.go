package logs

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/cli/internal/cluster"
)

// followed is a pod that is followed, and what is read of it.
type followed struct {
	*pod
	sources map[string]*source
}

// source is a container of a pod, of which one log is read at a time.
type source struct {
	pod       *followed
	container string
	// next is the number of the log that is to be read, by how many restarts came before.
	next   int32
	queued bool
	// old says that the log had ended when the command began.
	old bool
	// changed is closed when there is news of the pod.
	changed chan struct{}
}

// setPod takes in a pod.
func (f *follower) setPod(full *corev1.Pod) {
	if p := f.observePod(full); p != nil {
		f.consider(p)
		f.start()
		f.tell()
	}
}

// observePod takes in how a pod stands, and begins nothing.
func (f *follower) observePod(full *corev1.Pod) *followed {
	now := f.which.observe(full)
	if now == nil {
		return nil
	}
	p := f.pods[now.uid]
	if p == nil {
		p = &followed{sources: map[string]*source{}}
		f.pods[now.uid] = p
		f.of[now.job] = append(f.of[now.job], p)
	}
	p.pod = now
	return p
}

// removePod takes in that a pod is gone. It stays known, as its log may be read just now.
func (f *follower) removePod(uid types.UID) {
	p := f.pods[uid]
	if p == nil || p.gone {
		return
	}
	now := *p.pod
	now.gone, now.over = true, true
	p.pod = &now
	f.consider(p)
	f.start()
	f.tell()
}

// replacePods takes in all pods of a stream.
func (f *follower) replacePods(s cluster.PodStream, all []*corev1.Pod) {
	delete(f.unlisted, s)
	there := map[types.UID]bool{}
	for _, full := range all {
		there[full.UID] = true
		f.observePod(full)
	}
	for uid, p := range f.pods {
		if !there[uid] && (s.Namespace == "" || p.namespace == s.Namespace) {
			f.removePod(uid)
		}
	}
	f.considerAll()
}

// considerAll looks at all pods, in order of their start.
func (f *follower) considerAll() {
	all := make([]*followed, 0, len(f.pods))
	for _, p := range f.pods {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *followed) int { return order(a.pod, b.pod) })
	for _, p := range all {
		f.consider(p)
	}
	f.start()
	f.tell()
}

// consider queues the logs of a pod that can be read and are not read yet. Before all is
// listed, nobody knows their order.
func (f *follower) consider(p *followed) {
	j := f.jobs[p.job]
	if j == nil || len(f.unlisted) > 0 || !f.selection.hasPod(p.pod) {
		return
	}
	name := f.names.pod(j.Job, p.pod)
	for _, c := range p.containers {
		if !c.started && (p.why != "" || p.over && !p.gone) {
			f.once("waiting "+string(p.uid), notStarted(name, p.pod))
		}
		if !c.started {
			continue
		}
		s := p.sources[c.name]
		if s == nil {
			s = &source{pod: p, container: c.name, next: c.restarts, changed: make(chan struct{})}
			p.sources[c.name] = s
			if !f.prefixed && f.names.number(p.pod) > 1 {
				f.note(fmt.Sprintf("%s: another pod, %s", name, p.name))
			}
		}
		close(s.changed)
		s.changed = make(chan struct{})
		if s.queued || c.restarts < s.next {
			continue
		}
		if c.restarts > s.next {
			f.note(fmt.Sprintf("%s: a log of container %s is gone: it was restarted twice meanwhile", name, c.name))
		}
		s.next, s.queued = c.restarts, true
		f.queue.push(s, c.over)
	}
}
