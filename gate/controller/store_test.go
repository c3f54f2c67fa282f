package controller

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/cache"
	clocktesting "k8s.io/utils/clock/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/lang"
)

// job returns a Job in namespace n, held if it depends on something.
func job(name, version, dependsOn string, change ...func(*batchv1.Job)) *batchv1.Job {
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "n", Name: name, UID: types.UID("uid-" + name), ResourceVersion: version,
	}}
	if dependsOn != "" {
		j.Annotations = map[string]string{gate.DependsOnAnnotation: dependsOn}
		j.Spec.Suspend = ptr.To(true)
	}
	for _, c := range change {
		c(j)
	}
	return j
}

func complete(j *batchv1.Job) {
	j.Status.Conditions = append(j.Status.Conditions, batchv1.JobCondition{Type: batchv1.JobComplete, Status: corev1.ConditionTrue})
}

// recordingStore returns a store and a function that returns, sorted, the Jobs
// that were to be decided since it was last called.
func recordingStore() (*store, func() string) {
	var mu sync.Mutex
	var asked []string
	s := newStore(func(ref lang.Ref, _ time.Time) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, ref.Name)
	}, clocktesting.NewFakePassiveClock(time.Unix(100, 0)))
	return s, func() string {
		mu.Lock()
		defer mu.Unlock()
		slices.Sort(asked)
		names := strings.Join(slices.Compact(asked), " ")
		asked = nil
		return names
	}
}

func decided(t *testing.T, s *store, name string) gate.Decision {
	t.Helper()
	_, decision, ok := s.decide(lang.Job("n", name))
	require.True(t, ok)
	return decision
}

func TestStoreAsksOnlyForThoseThatAreAffected(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{
		job("extract", "1", ""), job("load", "2", "extract"), job("report", "3", "load"), job("bystander", "4", ""),
	}, "4"))
	require.Equal(t, "load report", asked())

	require.NoError(t, s.Update(job("extract", "5", "", func(j *batchv1.Job) { j.Status.Active = 1 })))
	require.Empty(t, asked(), "nothing that a decision looks at has changed")

	require.NoError(t, s.Update(job("extract", "6", "", complete)))
	require.Equal(t, "load", asked())
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)

	require.NoError(t, s.Delete(job("extract", "7", "", complete)))
	require.Equal(t, "extract load", asked())
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action, "its outcome stands for the Job that waited")

	require.NoError(t, s.Update(job("load", "8", "bystander")))
	require.Equal(t, "load", asked(), "the annotation was edited")
	require.NoError(t, s.Update(job("bystander", "9", "", complete)))
	require.Equal(t, "load", asked())
}

// A prerequisite was deleted, then a Job that names it was made, and the watch
// missed both. The new Job must never be seen beside the old prerequisite.
func TestReplaceIsOneStep(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete)}, "1"))
	s.enqueue = func(ref lang.Ref, _ time.Time) {
		if _, decision, ok := s.decide(ref); ok {
			require.NotEqual(t, gate.Releasing, decision.Action, "%s was decided on a mixture", ref)
		}
	}
	require.NoError(t, s.Replace([]any{job("load", "3", "extract")}, "3"))
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason)
}

// freed is what the API server answers to the patch that releases load.
func freed(version string) *batchv1.Job {
	return job("load", version, "extract", func(j *batchv1.Job) {
		j.Spec.Suspend = ptr.To(false)
		j.Annotations[gate.ReleasedAnnotation] = `{"uid":"uid-load"}`
	})
}

func TestAnAnswerOutlivesOlderEvents(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract"), job("report", "3", "load")}, "3"))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)

	s.answered(freed("10"))
	require.Equal(t, gate.Ignoring, decided(t, s, "load").Action)

	require.NoError(t, s.Update(job("load", "9", "extract", func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })))
	require.Equal(t, gate.Ignoring, decided(t, s, "load").Action, "an event from before the patch looked like a Job that waits")

	require.NoError(t, s.Update(job("load", "11", "extract")))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action, "somebody took the release back, and the store did not see it")

	s.answered(freed("10"))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action, "an answer that is older than the watch overruled it")

	asked()
	s.answered(job("load", "12", "extract", func(j *batchv1.Job) {
		j.Status.Conditions = []batchv1.JobCondition{{
			Type: batchv1.JobFailureTarget, Status: corev1.ConditionTrue, Reason: gate.ReasonDependencyFailed,
		}}
	}))
	require.Equal(t, "load report", asked(), "a Job that was failed is skipped at once: the next in the chain is decided")
	require.Equal(t, gate.Failing, decided(t, s, "report").Action)
}

func TestAnAnswerSpeaksOfOneJobOnly(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
	require.NoError(t, s.Delete(job("load", "3", "extract")))
	s.answered(freed("10"))
	_, _, exists := s.decide(lang.Job("n", "load"))
	require.False(t, exists, "a Job that is gone came back")
	require.NoError(t, s.Add(job("load", "4", "extract", func(j *batchv1.Job) { j.UID = "uid-again" })))
	s.answered(freed("10"))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action, "the new Job of the name was taken for the old")
}

func TestReadyIsCountedFromWhenItWasFirstSeen(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	clock := clocktesting.NewFakePassiveClock(time.Unix(100, 0))
	s.clock = clock
	pods := func(ready int32) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Status.Ready = &ready }
	}
	require.NoError(t, s.Replace([]any{job("server", "1", "", pods(1)), job("load", "2", "ready(server) + 10s")}, "2"))
	asked()
	clock.SetTime(time.Unix(104, 0))
	require.NoError(t, s.Update(job("server", "3", "", pods(1), func(j *batchv1.Job) { j.Status.Active = 1 })))
	require.Empty(t, asked())
	require.Equal(t, time.Unix(110, 0), decided(t, s, "load").Next)
	clock.SetTime(time.Unix(110, 0))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)

	require.NoError(t, s.Update(job("server", "4", "", pods(0))))
	require.NoError(t, s.Update(job("server", "5", "", pods(1))))
	require.Equal(t, time.Unix(120, 0), decided(t, s, "load").Next, "it has been ready again since now only")
}

func TestAJobOutOfScopeIsOnlyAPrerequisite(t *testing.T) {
	t.Parallel()
	in := func(namespace string) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Namespace = namespace }
	}
	for name, scope := range map[string]Scope{
		"named":    {Only: []string{"n"}},
		"excluded": {Except: []string{"kube-system"}},
		"both":     {Only: []string{"n", "kube-system"}, Except: []string{"kube-system"}},
	} {
		s, asked := recordingStore()
		s.scope, s.access = scope, access.Fixed{Access: gate.Open{}}
		require.NoError(t, s.Replace([]any{
			job("extract", "1", "first", complete, in("kube-system")), job("backup", "2", "extract", in("kube-system")),
			job("load", "3", "kube-system/extract"),
		}, "3"))
		require.Equal(t, "load", asked(), name)
		require.Equal(t, gate.Releasing, decided(t, s, "load").Action, name)
		_, decision, _ := s.decide(lang.Job("kube-system", "backup"))
		require.Equal(t, gate.Decision{}, decision, name)
	}
}

// asking is the access of a gate that has had no answer yet. It has the Jobs that ask.
type asking struct {
	access.Fixed
	jobs map[lang.Ref]bool
}

func (a asking) Look(ref lang.Ref, questions []gate.Question) gate.Access {
	if len(questions) > 0 {
		a.jobs[ref] = true
	}
	return a.Access
}

func (a asking) Forget(ref lang.Ref) { delete(a.jobs, ref) }

// The store tells who waits for rights, and takes back who does not any more.
func TestOnlyJobsThatWaitAskForRights(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	r := asking{access.Fixed{Access: gate.Answers{}}, map[lang.Ref]bool{}}
	s.access = r
	for name, end := range map[string]func() error{
		"released": func() error { s.answered(freed("3")); return nil },
		"finished": func() error { return s.Update(job("load", "3", "etl/extract", complete)) },
		"deleted":  func() error { return s.Delete(job("load", "3", "etl/extract")) },
		"edited":   func() error { return s.Update(job("load", "3", "extract")) },
		"freed":    func() error { return s.Update(job("load", "3", "")) },
	} {
		require.NoError(t, s.Replace([]any{job("load", "2", "etl/extract")}, "2"))
		require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason, name)
		require.Len(t, r.jobs, 1, name)
		require.NoError(t, end(), name)
		require.Empty(t, r.jobs, name)
		require.NoError(t, s.Replace(nil, "4"))
	}
}

func TestTransformerObserves(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	full := job("load", "2", "extract", func(j *batchv1.Job) { j.Labels = map[string]string{"team": "a"} })
	read, err := s.Transformer()(full)
	require.NoError(t, err)
	require.Equal(t, gate.Observe(full), read.(*listed).Job)
	over, err := s.Transformer()(job("load", "2", "extract", complete))
	require.NoError(t, err)
	require.Empty(t, over.(*listed).DependsOn, "nobody needs the text of a Job that waits no more")
	key, err := cache.MetaNamespaceKeyFunc(read)
	require.NoError(t, err)
	require.Equal(t, "n/load", key)
	_, err = s.Transformer()(&corev1.Pod{})
	require.ErrorContains(t, err, "expected a Job")
	require.ErrorContains(t, s.Replace([]any{&corev1.Pod{}}, "2"), "expected a Job")
}

// Of each set of labels there is one copy, however many Jobs have it.
func TestLabelsAreShared(t *testing.T) {
	t.Parallel()
	var sets labelSets
	first := map[string]string{"team": "a", "app": "b"}
	require.Nil(t, sets.share(map[string]string{}))
	sets.share(first)
	again := sets.share(map[string]string{"app": "b", "team": "a"})
	again["mark"] = "x" // so it is the same map
	require.Contains(t, first, "mark")
	require.Equal(t, map[string]string{"team": "ab"}, sets.share(map[string]string{"team": "ab"}))
	for i := range 2 * mostSets {
		sets.share(map[string]string{"number": strconv.Itoa(i)})
		require.LessOrEqual(t, len(sets.sets), mostSets)
	}
}

func TestStoreRefusesWhatIsNoJob(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.ErrorContains(t, s.Add(&corev1.Pod{}), "expected a Job")
}

func TestAnAnswerIsReadByTheScopeToo(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	s.scope = Scope{Except: []string{"n"}}
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("load", "2", "extract")}, "2"))
	require.Equal(t, gate.Ignoring, decided(t, s, "load").Action)
	s.answered(job("load", "3", "extract"))
	require.Equal(t, gate.Ignoring, decided(t, s, "load").Action, "a Job that is not ours would be released")
}
