package controller

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
	"pgregory.net/rapid"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// crowded is a cluster with a slow scheduler, whose watches of Jobs and of pods the store sees
// late, each for itself.
type crowded struct {
	t          *rapid.T
	now        *clocktesting.FakePassiveClock
	s          *store
	most       int64
	jobs       map[lang.Ref]*crowdedJob
	told, pods []func()
	version    int
}

// crowdedJob is a Job with the pods that are still to be made, and those without a node.
type crowdedJob struct {
	job      *batchv1.Job
	released time.Time
	missing  int
	unbound  map[types.UID]time.Time
}

// starting returns how many pods are starting, by what is true.
func (c *crowded) starting(namespace string, but lang.Ref) (n int64) {
	for ref, one := range c.jobs {
		if ref == but || namespace != "" && ref.Namespace != namespace || gate.Observe(one.job).Outcome() != lang.Undecided {
			continue
		}
		if c.now.Now().Sub(one.released) < gate.StartingTime {
			n += int64(one.missing)
		}
		for _, since := range one.unbound {
			if c.now.Now().Sub(since) < gate.StartingTime {
				n++
			}
		}
	}
	return n
}

func (c *crowded) write(ref lang.Ref, change func(*batchv1.Job)) {
	c.version++
	j := c.jobs[ref].job.DeepCopy()
	change(j)
	j.ResourceVersion = fmt.Sprint(c.version)
	c.jobs[ref].job = j
	c.told = append(c.told, func() { require.NoError(c.t, c.s.Update(j)) })
}

// decide decides about a Job, and releases it only where there is room.
func (c *crowded) decide(ref lang.Ref) {
	known, d, exists := c.s.decide(ref)
	if !exists {
		return
	}
	c.s.follow(known, d)
	one := c.jobs[ref]
	if d.Action != gate.Releasing || !*one.job.Spec.Suspend {
		return
	}
	size := int64(*one.job.Spec.Parallelism)
	if others := c.starting("", ref); others > 0 {
		require.LessOrEqual(c.t, others+size, c.most, "%s is one too many", ref)
		require.LessOrEqual(c.t, c.starting(ref.Namespace, ref)+size, gate.StartingShare(c.most), "%s is one too many of its namespace", ref)
	}
	one.released, one.missing = c.now.Now(), int(size)
	c.write(ref, letGo)
	if rapid.Bool().Draw(c.t, "answered") {
		c.s.answered(one.job)
	}
}

func (c *crowded) makePod(one *crowdedJob) {
	pod := types.UID(fmt.Sprintf("%s-%d", one.job.UID, one.missing))
	one.missing--
	made, job, namespace := c.now.Now(), one.job.UID, one.job.Namespace
	one.unbound[pod] = made
	c.pods = append(c.pods, func() { c.s.limits.unbound(job, namespace, pod, made, false) })
}

func (c *crowded) bind(one *crowdedJob, pod types.UID) {
	delete(one.unbound, pod)
	job := one.job.UID
	c.pods = append(c.pods, func() { c.s.limits.bound(job, pod) })
}

func (c *crowded) sees(events *[]func(), all bool) {
	for len(*events) > 0 {
		(*events)[0]()
		if *events = (*events)[1:]; !all {
			return
		}
	}
}

// TestNoMoreStartThanMay plays Jobs of two namespaces that are released, get pods, have these
// bound, and end. At each release there must be room, or nothing else may be starting. In the
// end all have run.
func TestNoMoreStartThanMay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
		c := &crowded{t: t, now: now, most: rapid.Int64Range(1, 6).Draw(t, "most"), jobs: map[lang.Ref]*crowdedJob{}}
		c.s = startingStore(now, c.most)
		for _, namespace := range []string{"m", "n"} {
			x := job("x", "1", "", complete)
			x.Namespace, x.UID = namespace, types.UID("x-"+namespace)
			require.NoError(t, c.s.Update(x))
			for i := range rapid.IntRange(0, 5).Draw(t, "jobs") {
				j := job(fmt.Sprint("j", i), "1", "x", ofPods(int32(rapid.IntRange(1, 8).Draw(t, "pods"))))
				j.Namespace, j.UID = namespace, types.UID(namespace+"-"+j.Name)
				ref := lang.Job(namespace, j.Name)
				c.jobs[ref] = &crowdedJob{job: j, unbound: map[types.UID]time.Time{}}
				c.write(ref, func(*batchv1.Job) {})
			}
		}
		if len(c.jobs) == 0 {
			return
		}
		refs := slices.SortedFunc(maps.Keys(c.jobs), lang.Ref.Compare)
		for range rapid.IntRange(1, 150).Draw(t, "steps") {
			ref := rapid.SampledFrom(refs).Draw(t, "job")
			one := c.jobs[ref]
			switch rapid.IntRange(0, 8).Draw(t, "step") {
			case 0, 1:
				c.sees(&c.told, false)
			case 2, 3:
				c.sees(&c.pods, false)
			case 4:
				if one.missing > 0 {
					c.makePod(one)
				}
			case 5:
				for _, pod := range slices.Sorted(maps.Keys(one.unbound))[:min(1, len(one.unbound))] {
					c.bind(one, pod)
				}
			case 6: // the Job controller and the watches are late, and not by minutes
				for _, ref := range refs {
					for c.jobs[ref].missing > 0 {
						c.makePod(c.jobs[ref])
					}
				}
				c.sees(&c.told, true)
				c.sees(&c.pods, true)
				now.SetTime(now.Now().Add(time.Minute))
				c.s.limits.expire()
			case 7:
				if !*one.job.Spec.Suspend && one.missing+len(one.unbound) == 0 && gate.Observe(one.job).Outcome() == lang.Undecided {
					c.write(ref, complete)
				}
			default:
				c.decide(ref)
			}
		}
		for round := 0; ; round++ {
			require.Less(t, round, 100, "some Job waits forever")
			open := false
			for _, ref := range refs {
				one := c.jobs[ref]
				c.decide(ref)
				for one.missing > 0 {
					c.makePod(one)
				}
				for _, pod := range slices.Sorted(maps.Keys(one.unbound)) {
					c.bind(one, pod)
				}
				open = open || *one.job.Spec.Suspend
				c.sees(&c.told, true)
				c.sees(&c.pods, true)
			}
			if !open {
				break
			}
		}
		require.Zero(t, c.s.areStarting())
		require.Empty(t, c.s.limits.waiting)
		require.Empty(t, c.s.limits.given)
	})
}
