package controller

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// played is a cluster whose watch the store sees late.
type played struct {
	t       *rapid.T
	now     *clocktesting.FakePassiveClock
	s       *store
	jobs    map[string]*batchv1.Job
	events  []func()
	version int
	limit   int64
	// pods are those of Jobs that are gone, with what they hold.
	pods map[types.UID]limit.Needs
	// elements are the pods of arrays, by name, and podEvents what their watch has still to
	// tell.
	elements  map[string]*corev1.Pod
	podEvents []func()
	// calm has every patch answered.
	calm bool
}

var limitX = limit.Name{Namespace: "n", Key: "x"}

func (p *played) used() (used int64) {
	for _, j := range p.jobs {
		for _, need := range gate.Observe(j).Holds() {
			used += need.Tokens
		}
	}
	for _, needs := range p.pods {
		used += needs[0].Tokens
	}
	for _, pod := range p.elements {
		for _, need := range gate.PodTokens(pod) {
			used += need.Tokens
		}
	}
	return used
}

// write changes a Job, which the watch tells later.
func (p *played) write(name string, change func(*batchv1.Job)) {
	p.version++
	j := p.jobs[name].DeepCopy()
	change(j)
	j.ResourceVersion = fmt.Sprint(p.version)
	p.jobs[name] = j
	s := p.s
	p.events = append(p.events, func() { require.NoError(p.t, s.Update(j)) })
}

// decide decides about a Job, and carries the patch out, or not, and answers, or not.
func (p *played) decide(name string) {
	known, d, exists := p.s.decide(lang.Job("n", name))
	if !exists {
		return
	}
	p.s.follow(known, d)
	if known.ElementTakes() != nil {
		if d.Elements == nil {
			d.Elements = &gate.Elements{}
		}
		p.open(known, d)
		return
	}
	j := p.jobs[name]
	if d.Action != gate.Releasing {
		p.lookAtRelease(known.UID, j)
	}
	if d.Action != gate.Releasing || j == nil || j.UID != known.UID || !*j.Spec.Suspend || j.Annotations[gate.UsesAnnotation] != known.Uses.Text {
		return
	}
	answer := 2
	if !p.calm {
		answer = rapid.IntRange(0, 3).Draw(p.t, "answer")
	}
	switch answer {
	case 0: // it did not reach the API server
	case 1:
		p.write(name, byElements)
		require.LessOrEqual(p.t, p.used(), p.limit, "%s is released above the limit", name)
	default:
		p.write(name, byElements)
		require.LessOrEqual(p.t, p.used(), p.limit, "%s is released above the limit", name)
		p.s.answered(p.jobs[name])
	}
}

// lookAtRelease looks at a Job whose release is in doubt, unless the API server is away.
func (p *played) lookAtRelease(uid types.UID, j *batchv1.Job) {
	switch {
	case !p.s.limits.doubtsRelease(uid), !p.calm && rapid.Bool().Draw(p.t, "away"):
	case j != nil && j.UID == uid && gate.Observe(j).Released:
		p.s.answered(j)
	default:
		p.s.limits.notReleased(uid)
	}
}

// lead has another gate lead, whose watch is as late as that of the one before.
func (p *played) lead(seen map[string]*batchv1.Job, seenPods map[string]*corev1.Pod) {
	p.s = newStore(func(lang.Ref, time.Time) {}, p.now)
	p.s.keepLimits()
	p.s.limits.set("n", map[string]string{"x": fmt.Sprint(p.limit)})
	p.s.limits.know()
	var list []any
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		list = append(list, seen[name])
	}
	require.NoError(p.t, p.s.Replace(list, fmt.Sprint(p.version)))
	p.leadPods(seenPods)
	p.events = nil
	for _, name := range slices.Sorted(maps.Keys(p.jobs)) { // what it has not seen yet comes later
		if j := p.jobs[name]; seen[name] != j {
			s := p.s
			p.events = append(p.events, func() { require.NoError(p.t, s.Update(j)) })
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seen)) {
		if j := seen[name]; p.jobs[name] == nil {
			s := p.s
			p.events = append(p.events, func() { require.NoError(p.t, s.Delete(j)) })
		}
	}
	for _, j := range p.jobs {
		observed := gate.Observe(j)
		p.s.limits.count(observed, p.s.holds(observed))
	}
	for uid, needs := range p.pods {
		p.s.limits.left(uid, "n", needs, p.now.Now())
	}
	p.countPods()
	p.s.limits.begin()
}

// TestNoReleaseIsAboveTheLimit plays Jobs that come, run, end and go, people who edit, suspend
// and delete them, patches that are lost, gates that follow one another, and a watch that is
// late. At each release there must be room.
func TestNoReleaseIsAboveTheLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := &played{
			t: t, now: clocktesting.NewFakePassiveClock(time.Unix(100, 0)), jobs: map[string]*batchv1.Job{}, pods: map[types.UID]limit.Needs{}, limit: 3,
			elements: map[string]*corev1.Pod{},
		}
		p.s = limitedStore(p.now, map[string]string{"x": "3"})
		require.NoError(t, podStore{p.s}.Replace(nil, ""))
		seen, seenPods := map[string]*batchv1.Job{}, map[string]*corev1.Pod{}
		made := 0
		pick := func() (string, bool) {
			names := slices.Sorted(maps.Keys(p.jobs))
			if len(names) == 0 {
				return "", false
			}
			return rapid.SampledFrom(names).Draw(t, "job"), true
		}
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			step := rapid.IntRange(0, 22).Draw(t, "step")
			if step == 0 {
				made++
				name := fmt.Sprintf("j%d", rapid.IntRange(0, 6).Draw(t, "name"))
				if p.jobs[name] == nil {
					p.jobs[name] = job(name, "", "", uses(fmt.Sprintf("x=%d", rapid.IntRange(1, 3).Draw(t, "tokens"))))
					if limit := rapid.IntRange(0, 4).Draw(t, "array"); limit > 0 {
						inTurns(limit)(p.jobs[name])
					}
					p.jobs[name].UID = types.UID(fmt.Sprintf("uid-%s-%d", name, made))
					p.write(name, func(*batchv1.Job) {})
				}
				continue
			}
			if step <= 3 && len(p.events) > 0 {
				p.events[0]()
				p.events = p.events[1:]
				continue
			}
			if step >= 16 && step <= 17 && len(p.podEvents) > 0 {
				p.podEvents[0]()
				p.podEvents = p.podEvents[1:]
				continue
			}
			if step == 18 {
				p.happen()
				continue
			}
			if step == 4 && len(p.events) == 0 {
				seen = maps.Clone(p.jobs)
			}
			if step == 4 && len(p.podEvents) == 0 {
				seenPods = maps.Clone(p.elements)
			}
			if step == 4 {
				continue
			}
			if step == 5 {
				p.lead(seen, seenPods)
				continue
			}
			if step == 19 && rapid.Bool().Draw(t, "the watch of pods is lost") {
				require.NoError(t, podStore{p.s}.Replace(podList(p.elements), ""))
				p.podEvents, seenPods = nil, maps.Clone(p.elements)
				continue
			}
			if step == 6 {
				p.limit = rapid.Int64Range(0, 4).Draw(t, "limit")
				p.s.limits.set("n", map[string]string{"x": fmt.Sprint(p.limit)})
				continue
			}
			if step == 7 {
				for _, uid := range slices.Sorted(maps.Keys(p.pods)) {
					if rapid.Bool().Draw(t, "the pods end") {
						delete(p.pods, uid)
					}
				}
				p.now.SetTime(p.now.Now().Add(lookAtGone))
				left := map[types.UID]bool{}
				for uid := range p.pods {
					left[uid] = true
				}
				for _, pod := range p.elements {
					if gate.PodTokens(pod) != nil {
						left[gate.JobOfPod(pod)] = true
					}
				}
				p.s.limits.settle("n", left, p.now.Now())
				continue
			}
			if step == 12 { // the watch is lost, and begins with a list
				var list []any
				for _, name := range slices.Sorted(maps.Keys(p.jobs)) {
					list = append(list, p.jobs[name])
				}
				require.NoError(t, p.s.Replace(list, fmt.Sprint(p.version)))
				p.events, seen = nil, maps.Clone(p.jobs)
				continue
			}
			name, ok := pick()
			if !ok {
				continue
			}
			switch j := p.jobs[name]; step {
			case 8:
				if gate.Observe(j).Released && *j.Spec.Suspend == false && j.Spec.CompletionMode == nil {
					p.write(name, complete)
				}
			case 9:
				if holds := gate.Observe(j).Holds(); len(holds) > 0 {
					p.pods[j.UID] = holds
				}
				p.orphan(j.UID)
				delete(p.jobs, name)
				s := p.s
				p.events = append(p.events, func() { require.NoError(t, s.Delete(j)) })
			case 10:
				if gate.Observe(j).Released { // a person suspends it, or lets it go on
					p.write(name, func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(!*j.Spec.Suspend) })
				}
			case 13:
				p.write(name, func(j *batchv1.Job) { j.Labels = map[string]string{"flaps": fmt.Sprint(p.version)} })
			case 11:
				p.write(name, func(j *batchv1.Job) { j.Annotations[gate.UsesAnnotation] = "x=1" })
			case 20, 21:
				p.control(name)
			default:
				p.decide(name)
			}
		}
		p.runOut()
	})
}

// runOut shows that nobody is forgotten and nothing is lost: once nothing disturbs any more,
// all Jobs run, and all tokens are free.
func (p *played) runOut() {
	p.limit, p.calm = 3, true
	p.s.limits.set("n", map[string]string{"x": "3"})
	p.pods = map[types.UID]limit.Needs{}
	p.now.SetTime(p.now.Now().Add(time.Hour))
	for round := 0; ; round++ {
		require.Less(p.t, round, 100, "some Job waits forever")
		for _, event := range append(p.events, p.podEvents...) {
			event()
		}
		p.events, p.podEvents = nil, nil
		for _, name := range slices.Sorted(maps.Keys(p.elements)) {
			switch pod := p.elements[name]; {
			case p.jobs[ownerName(pod)] == nil || p.jobs[ownerName(pod)].UID != gate.JobOfPod(pod), pod.DeletionTimestamp != nil:
				p.deletePod(name) // it is collected
			case isLetGo(pod):
				p.writePod(name, func(pod *corev1.Pod) { pod.Status.Phase = corev1.PodSucceeded })
			}
		}
		p.s.limits.settle("n", nil, p.now.Now().Add(time.Hour))
		open := false
		for _, name := range slices.Sorted(maps.Keys(p.jobs)) {
			switch j := gate.Observe(p.jobs[name]); {
			case j.Outcome() != lang.Undecided:
				continue
			case j.Released && j.Object.Array == nil:
				p.write(name, complete)
			case j.Released && j.Suspended:
				p.write(name, func(j *batchv1.Job) { j.Spec.Suspend = ptr.To(false) })
			case j.Released:
				p.control(name)
				p.decide(name)
			default:
				p.decide(name)
			}
			open = true
		}
		if !open {
			break
		}
	}
	_, used, _ := p.s.limits.pool.Tokens(limitX)
	require.Zero(p.t, used)
	require.Empty(p.t, p.s.limits.gone)
	require.Empty(p.t, p.s.limits.elements)
	require.Empty(p.t, p.s.limits.given)
	require.Empty(p.t, p.s.limits.waiting)
}
