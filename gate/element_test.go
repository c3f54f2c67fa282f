package gate

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

// array makes a Job one of four elements that wait, each for its own of a.
func array(job *batchv1.Job) {
	mode := batchv1.IndexedCompletion
	job.Spec.CompletionMode, job.Spec.Completions, job.Spec.Parallelism = &mode, ptr.To(int32(4)), ptr.To(int32(4))
	job.Annotations[DependsOnAnnotation] = "a[i]"
	job.Spec.Template.Labels = map[string]string{"batch.kubernetes.io/job-name": "load"}
}

func perIndex(job *batchv1.Job) { job.Spec.BackoffLimitPerIndex = new(int32) }

// byElements makes it one that has been released element by element.
func byElements(job *batchv1.Job) {
	job.Annotations[ReleasedAnnotation] = `{"uid":"uid-load","text":"` + textHash(job.Annotations[DependsOnAnnotation]) + `"}`
	job.Spec.Suspend = new(bool)
	job.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: SchedulingGate}}
}

// arrayA is the array a of four elements of which some are decided.
func arrayA(completed, failed string) world {
	return world{"etl/a": {UID: "a", Array: &lang.Array{Size: 4, PerIndex: true, Completed: indexes(completed), Failed: indexes(failed)}}}
}

// pods returns pods by their states: "g" waits for the gate, "r" runs, "s" has
// succeeded, "f" has failed; several for an element that was retried.
func pods(states ...string) []Pod {
	all := []Pod{}
	for index, state := range states {
		for n, letter := range state {
			p := Pod{Name: fmt.Sprintf("p%d%d", index, n), UID: types.UID(fmt.Sprintf("u%d%d", index, n)), Index: int64(index), Gate: -1}
			switch letter {
			case 'g':
				p.Gate = 0
			case 's':
				p.Succeeded, p.Ended = true, true
			case 'f':
				p.Ended = true
			}
			all = append(all, p)
		}
	}
	return all
}

// inGroup makes the pods those of a group.
func inGroup(pods []Pod) []Pod {
	for i := range pods {
		pods[i].Grouped = true
	}
	return pods
}

// together makes a Job ask that its pods start together.
func together(job *batchv1.Job) { job.Spec.Scheduling = &batchv1.JobSchedulingConfiguration{} }

func TestDecideAboutElements(t *testing.T) {
	t.Parallel()
	job := func(changes ...func(*batchv1.Job)) *batchv1.Job {
		return waiting(append(append([]func(*batchv1.Job){array}, changes...), byElements)...)
	}
	for name, test := range map[string]struct {
		job                  *batchv1.Job
		world                world
		pods                 []Pod
		now                  time.Time
		want                 Action
		wantOpen, wantFailed string
		wantReason           string
		wantMessage          string
	}{
		"an element runs when its own is complete": {
			job: job(), world: arrayA("1,3", ""), pods: pods("g", "g", "g", "g"),
			want: Opening, wantOpen: "1 3", wantReason: ReasonWaiting,
			wantMessage: "released element by element: 2 of 4 may run, 2 wait; the first: etl/a[0] has not finished",
		},
		"one that runs already is left alone": {
			job: job(), world: arrayA("0-3", ""), pods: pods("r", "s", "f", "g"),
			want: Opening, wantOpen: "3", wantReason: ReasonMet, wantMessage: "released: all 4 elements may run",
		},
		"what is not there yet is not let go": {
			job: job(), world: arrayA("0-3", ""), pods: pods("", "g"),
			want: Opening, wantOpen: "1", wantReason: ReasonMet,
		},
		"nothing is known of the pods": {
			job: job(), world: arrayA("0-3", ""), pods: nil, want: Ignoring,
		},
		"a retry runs at once, whatever has become of what it waited for": {
			job: job(), world: world{}, pods: pods("fg", "g"),
			want: Opening, wantOpen: "0", wantReason: ReasonWaiting,
		},
		"no more run at once than the limit says": {
			job: job(annotation(ArrayLimitAnnotation, "2")), world: arrayA("0-3", ""), pods: pods("g", "r", "g", "g"),
			want: Opening, wantOpen: "0", wantReason: ReasonMet,
		},
		"one that has succeeded makes room": {
			job: job(annotation(ArrayLimitAnnotation, "2")), world: arrayA("0-3", ""), pods: pods("s", "r", "g", "g"),
			want: Opening, wantOpen: "2", wantReason: ReasonMet,
		},
		"one that waits for its retry keeps its room": {
			job: job(annotation(ArrayLimitAnnotation, "2")), world: arrayA("0-3", ""), pods: pods("f", "r", "g", "g"),
			want: Opening, wantReason: ReasonMet,
		},
		"a retry has room": {
			job: job(annotation(ArrayLimitAnnotation, "1")), world: arrayA("0-3", ""), pods: pods("g", "fg", "g", "g"),
			want: Opening, wantOpen: "1", wantReason: ReasonMet,
		},
		"a low index that waits stalls nobody": {
			job: job(annotation(ArrayLimitAnnotation, "1")), world: arrayA("3", ""), pods: pods("g", "g", "g", "g"),
			want: Opening, wantOpen: "3", wantReason: ReasonWaiting,
		},
		"an element that never can run fails alone": {
			job: job(perIndex), world: arrayA("0", "2"), pods: pods("g", "g", "g", "g"),
			want: Opening, wantOpen: "0", wantFailed: "2", wantReason: ReasonWaiting,
			wantMessage: "released element by element: 1 of 4 may run, 2 wait, 1 never run: 2; the first: etl/a[1] has not finished",
		},
		"or ends the Job": {
			job: job(), world: arrayA("0", "2"), pods: pods("r", "g", "g", "g"),
			want: Failing, wantReason: ReasonElementFailed, wantMessage: "element 2 never ran: etl/a[2] failed",
		},
		"but not if it runs": {
			job: job(), world: arrayA("0", "2"), pods: pods("r", "g", "r", "g"), want: Opening, wantReason: ReasonWaiting,
		},
		"with wait it waits": {
			job: job(annotation(OnFailureAnnotation, "wait")), world: arrayA("0", "2"), pods: pods("g", "g", "g", "g"),
			want: Opening, wantOpen: "0", wantReason: ReasonWaiting,
		},
		"with run it runs": {
			job: job(annotation(OnFailureAnnotation, "run")), world: arrayA("0", "2"), pods: pods("g", "g", "g", "g"),
			want: Opening, wantOpen: "0 2", wantReason: ReasonWaiting,
		},
		"on hold none is let go": {
			job: job(annotation(HoldAnnotation, "")), world: arrayA("0-3", ""), pods: pods("g", "g", "g", "g"),
			want: Waiting, wantReason: ReasonHeld,
		},
		"its time is up": {
			job: job(annotation(WaitTimeoutAnnotation, "1h"), perIndex), world: arrayA("0", ""), pods: pods("g", "r", "g", "g"),
			now: time.Time{}.Add(time.Hour), want: Opening, wantOpen: "0", wantFailed: "2 3", wantReason: ReasonWaiting,
		},
		"its time is up, and nothing keeps that to the element": {
			job: job(annotation(WaitTimeoutAnnotation, "1h")), world: arrayA("0", ""), pods: pods("g", "r", "g", "g"),
			now: time.Time{}.Add(time.Hour), want: Failing, wantReason: ReasonElementTimeout,
			wantMessage: "element 2 never ran: etl/a[2] has not finished after 1h",
		},
		"an edit counts for those that wait, all of it": {
			job:   waiting(array, byElements, annotation(DependsOnAnnotation, "a[i], b")),
			world: arrayA("0-3", ""), pods: pods("r", "g", "g", "g"), want: Opening, wantReason: ReasonWaiting,
			wantMessage: "released element by element: 0 of 4 may run, 4 wait; the first: etl/b does not exist",
		},
		"without the annotation all may run": {
			job:   waiting(array, byElements, func(j *batchv1.Job) { delete(j.Annotations, DependsOnAnnotation) }),
			world: world{}, pods: pods("g", "g", "g", "g"), want: Opening, wantOpen: "0 1 2 3", wantReason: ReasonMet,
		},
		"a Job without elements that somebody gave our gate runs": {
			job: waiting(byElements), world: world{}, want: Opening, wantOpen: "-1", wantReason: ReasonMet,
			pods: []Pod{{Name: "p", UID: "p", Index: -1}},
		},
		"a Job that is ending is left alone": {
			job: job(condition(batchv1.JobFailureTarget, "BackoffLimitExceeded")), world: arrayA("0-3", ""),
			pods: pods("g", "g", "g", "g"), want: Ignoring,
		},
		"a bad limit holds": {
			job: job(annotation(ArrayLimitAnnotation, "ten")), world: arrayA("0-3", ""), pods: pods("g"),
			want: Waiting, wantReason: ReasonInvalidAnnotation,
			wantMessage: `held: annotation depctl.dev/array-limit is "ten", it must be a number of 1 or more, as in "10"`,
		},
		"a Job is released when its first element may run": {
			job: waiting(array), world: arrayA("1", ""), want: Releasing, wantReason: ReasonMet, wantMessage: "released: etl/a[1] succeeded",
		},
		"and what gates all of it is true": {
			job: waiting(array, annotation(DependsOnAnnotation, "b, a[i]")), world: arrayA("1", ""), want: Waiting, wantReason: ReasonWaiting,
		},
		"a cluster that starts the pods together is told of": {
			job: job(), world: arrayA("1,3", ""), pods: inGroup(pods("g", "g", "g", "g")),
			want: Opening, wantOpen: "1 3", wantReason: ReasonProblem,
			wantMessage: "something must be fixed: this cluster schedules the pods of a Job as a group (WorkloadWithJob), so one that waits keeps the others from starting; released element by element: 2 of 4 may run, 2 wait; the first: etl/a[0] has not finished",
		},
		"but not once all may run": {
			job: job(), world: arrayA("0-3", ""), pods: inGroup(pods("r", "r", "s", "f")),
			want: Opening, wantReason: ReasonMet,
		},
		"one that asks for that itself is held before": {
			job: waiting(array, together), world: arrayA("0-3", ""), want: Waiting, wantReason: ReasonProblem,
			wantMessage: "held: the expression speaks of single elements (i, self[...]), and the pods of this Job start together (spec.scheduling, or schedulingGroup of the Pod template): make it without that, or let it wait as a whole",
		},
		"also in its Pod template": {
			job: waiting(array, func(j *batchv1.Job) {
				j.Spec.Template.Spec.SchedulingGroup = &corev1.PodSchedulingGroup{PodGroupName: ptr.To("four")}
			}), world: arrayA("0-3", ""), want: Waiting, wantReason: ReasonProblem,
		},
		"and not one that somebody controls, for which not every cluster makes a group": {
			job: waiting(array, together, func(j *batchv1.Job) {
				j.OwnerReferences = []metav1.OwnerReference{{Kind: "CronJob", Name: "nightly", Controller: ptr.To(true)}}
			}), world: arrayA("0-3", ""), want: Releasing, wantReason: ReasonMet,
		},
		"nor one that waits as a whole": {
			job: waiting(array, together, annotation(DependsOnAnnotation, "a")), world: world{"etl/a": {UID: "a", Outcome: lang.Succeeded}},
			want: Releasing, wantReason: ReasonMet,
		},
		"it waits while none may": {
			job: waiting(array), world: arrayA("", ""), want: Waiting, wantReason: ReasonWaiting, wantMessage: "waiting: etl/a[0] has not finished",
		},
		"it never runs if one element never can": {
			job: waiting(array), world: arrayA("1", "3"), want: Failing, wantReason: ReasonDependencyFailed, wantMessage: "never ran: etl/a[3] failed",
		},
		"or only if none can": {
			job: waiting(array, perIndex), world: arrayA("", "0-3"), want: Failing, wantReason: ReasonDependencyFailed,
		},
		"while others can": {
			job: waiting(array, perIndex), world: arrayA("1", "3"), want: Releasing, wantReason: ReasonMet,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			observed := Observe(test.job)
			expr, err := observed.Parse()
			got := Decide(Snapshot{Job: observed, Expr: expr, Invalid: err, World: test.world, Pods: test.pods, Now: test.now})
			require.Equal(t, test.want, got.Action, got.Message)
			require.Equal(t, test.wantReason, got.Reason, got.Message)
			if test.wantMessage != "" {
				require.Equal(t, test.wantMessage, got.Message)
			}
			require.True(t, got.Next.IsZero() || got.Next.After(test.now), "a time that is past would have it decided without end")
			var open, failed []string
			if got.Elements != nil {
				for _, p := range got.Elements.Open {
					open = append(open, fmt.Sprint(p.Index))
				}
				for _, f := range got.Elements.Fail {
					failed = append(failed, fmt.Sprint(f.Pod.Index))
				}
			}
			require.Equal(t, test.wantOpen, strings.Join(open, " "))
			require.Equal(t, test.wantFailed, strings.Join(failed, " "))
		})
	}
	t.Run("not by a gate that may not touch pods", func(t *testing.T) {
		t.Parallel()
		for _, j := range []*batchv1.Job{waiting(array), job()} {
			observed := Observe(j)
			expr, err := observed.Parse()
			require.NoError(t, err)
			got := Decide(Snapshot{Job: observed, Expr: expr, World: arrayA("0-3", ""), Pods: pods("g"), JobsOnly: true})
			require.Equal(t, ReasonProblem, got.Reason)
			require.Equal(t, Waiting, got.Action)
		}
	})
}

// Whatever the pods are, none but one that waits is touched, none twice, and the
// limit is kept.
func TestElementsWithinTheirLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		states := rapid.SliceOfN(rapid.SampledFrom([]string{"", "g", "r", "s", "f", "fg", "fr", "fs", "ffg"}), 4, 4).Draw(t, "pods")
		limit := rapid.IntRange(1, 5).Draw(t, "limit")
		var completed, failed []string
		for i := range 4 {
			switch rapid.IntRange(0, 2).Draw(t, "a") {
			case 1:
				completed = append(completed, fmt.Sprint(i))
			case 2:
				failed = append(failed, fmt.Sprint(i))
			}
		}
		a := arrayA(strings.Join(completed, ","), strings.Join(failed, ","))
		job := Observe(waiting(array, perIndex, byElements, annotation(ArrayLimitAnnotation, fmt.Sprint(limit))))
		expr, err := job.Parse()
		require.NoError(t, err)
		all := pods(states...)
		d := Decide(Snapshot{Job: job, Expr: expr, World: a, Pods: all})
		touched := map[string]bool{}
		for _, p := range d.Elements.Open {
			require.True(t, p.waits())
			require.False(t, touched[p.Name])
			require.True(t, strings.Contains(states[p.Index], "f") || indexes(strings.Join(completed, ",")).Contains(p.Index))
			touched[p.Name] = true
		}
		for _, f := range d.Elements.Fail {
			require.True(t, f.Pod.waits())
			require.False(t, touched[f.Pod.Name])
			require.True(t, indexes(strings.Join(failed, ",")).Contains(f.Pod.Index))
			touched[f.Pod.Name] = true
		}
		running := 0
		for _, state := range states {
			if strings.ContainsAny(state, "rf") && !strings.Contains(state, "s") {
				running++
			}
		}
		opened := 0
		for _, p := range d.Elements.Open {
			if !strings.Contains(states[p.Index], "f") {
				opened++
			}
		}
		require.True(t, opened == 0 || running+opened <= limit, "%d run, %d more, limit %d", running, opened, limit)
	})
}

func TestOneDecisionOpensALimitedNumber(t *testing.T) {
	t.Parallel()
	job := waiting(array, byElements)
	job.Spec.Completions = ptr.To(int32(1000))
	observed := Observe(job)
	expr, err := observed.Parse()
	require.NoError(t, err)
	states := make([]string, 1000)
	for i := range states {
		states[i] = "g"
	}
	w := world{"etl/a": {UID: "a", Array: &lang.Array{Size: 1000, Completed: indexes("0-999")}}}
	d := Decide(Snapshot{Job: observed, Expr: expr, World: w, Pods: pods(states...)})
	require.Len(t, d.Elements.Open, mostAtOnce)
	require.True(t, d.Elements.More)
	require.Zero(t, d.Elements.Open[0].Index)
}

func TestTheReleaseOfAnArray(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change          func(*batchv1.Job)
		perElement      bool
		wantGates       string
		wantParallelism int32
		wantLimit       string
	}{
		"element by element":                         {perElement: true, wantGates: SchedulingGate, wantParallelism: 4},
		"as a whole":                                 {wantParallelism: 4},
		"as a whole, with a limit":                   {change: annotation(ArrayLimitAnnotation, "2"), wantParallelism: 2, wantLimit: "2"},
		"as a whole, with a limit above parallelism": {change: annotation(ArrayLimitAnnotation, "9"), wantParallelism: 4, wantLimit: "9"},
		"parallelism becomes the limit": {
			change: func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(2)) }, perElement: true,
			wantGates: SchedulingGate, wantParallelism: 4, wantLimit: "2",
		},
		"the smaller one is the limit": {
			change: func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(3)); j.Annotations[ArrayLimitAnnotation] = "1" }, perElement: true,
			wantGates: SchedulingGate, wantParallelism: 4, wantLimit: "1",
		},
		"parallelism 0 stops it, and stays": {
			change: func(j *batchv1.Job) { j.Spec.Parallelism = ptr.To(int32(0)) }, perElement: true, wantGates: SchedulingGate,
		},
		"the gates of others stay": {
			change: func(j *batchv1.Job) {
				j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/theirs"}}
			}, perElement: true, wantGates: "example.com/theirs " + SchedulingGate, wantParallelism: 4,
		},
		"a copy of one that was released": {
			change: func(j *batchv1.Job) {
				j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: SchedulingGate}}
			}, perElement: true, wantGates: SchedulingGate, wantParallelism: 4,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := waiting(array)
			if test.change != nil {
				test.change(job)
			}
			observed := Observe(job)
			patch, err := ReleasePatch(observed, NewRelease(observed, at, ByGate, nil), ReleaseOptions{PerElement: test.perElement})
			require.NoError(t, err)
			got, err := apply(t, job, patch)
			require.NoError(t, err)
			var gates []string
			for _, g := range got.Spec.Template.Spec.SchedulingGates {
				gates = append(gates, g.Name)
			}
			require.Equal(t, test.wantGates, strings.Join(gates, " "))
			require.Equal(t, test.wantParallelism, *got.Spec.Parallelism)
			require.Equal(t, test.wantLimit, got.Annotations[ArrayLimitAnnotation])
			if test.perElement {
				require.Equal(t, "true", got.Spec.Template.Labels[GatedLabel])
			}
		})
	}
	t.Run("gates that came meanwhile are not lost", func(t *testing.T) {
		t.Parallel()
		observed := Observe(waiting(array))
		patch, err := ReleasePatch(observed, NewRelease(observed, at, ByGate, nil), ReleaseOptions{PerElement: true})
		require.NoError(t, err)
		_, err = apply(t, waiting(array, func(j *batchv1.Job) {
			j.Spec.Template.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "example.com/theirs"}}
		}), patch)
		require.Error(t, err)
	})
}

func TestThePatchesOfPods(t *testing.T) {
	t.Parallel()
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "etl", Name: "load-3-x", UID: "uid-pod", ResourceVersion: "7",
			Annotations:     map[string]string{batchv1.JobCompletionIndexAnnotation: "3"},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "batch/v1", Kind: "Job", Name: "load", UID: "uid-load", Controller: ptr.To(true)}},
		},
		Spec: corev1.PodSpec{SchedulingGates: []corev1.PodSchedulingGate{{Name: "example.com/theirs"}, {Name: SchedulingGate}}},
	}
	p, owner, ok := ObservePod(pod)
	require.True(t, ok)
	require.Equal(t, Owner{Job: lang.Job("etl", "load"), UID: "uid-load"}, owner)
	require.Equal(t, Pod{Name: "load-3-x", UID: "uid-pod", ResourceVersion: "7", Index: 3, Gate: 1}, p)

	patch, err := OpenPatch(Job{}, p, "")
	require.NoError(t, err)
	require.JSONEq(t, `[{"op":"test","path":"/metadata/uid","value":"uid-pod"},
		{"op":"test","path":"/spec/schedulingGates/1/name","value":"depctl.dev/depends-on"},
		{"op":"remove","path":"/spec/schedulingGates/1","value":null}]`, string(patch))

	patch, err = FailPodPatch(Job{}, Failure{Pod: p, Reason: ReasonDependencyFailed, Message: "element 3 never ran"})
	require.NoError(t, err)
	var got map[string]map[string]any
	require.NoError(t, json.Unmarshal(patch, &got))
	require.Equal(t, map[string]any{"uid": "uid-pod", "resourceVersion": "7"}, got["metadata"])
	require.Equal(t, "Failed", got["status"]["phase"])
	require.Equal(t, ReasonDependencyFailed, got["status"]["reason"])
}

func TestAPodThatIsRefusedHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	snapshot := func(now time.Time, times int, states ...string) Snapshot {
		job := Observe(waiting(array, annotation(ArrayLimitAnnotation, "2"), byElements))
		expr, err := job.Parse()
		require.NoError(t, err)
		s := Snapshot{Job: job, Expr: expr, World: arrayA("0-3", ""), Now: now, Pods: pods(states...)}
		for i := range times {
			s.Pods[i].Refused = &Refusal{Message: "not before Monday", Times: 1, Again: t0.Add(time.Minute)}
		}
		return s
	}
	early := Decide(snapshot(t0, 2, "g", "g", "g", "g"))
	require.Equal(t, []Pod{snapshot(t0, 2, "g", "g", "g", "g").Pods[2], snapshot(t0, 2, "g", "g", "g", "g").Pods[3]}, early.Elements.Open)
	require.Equal(t, t0.Add(time.Minute), early.Next)
	require.Equal(t, ReasonPatchRefused, early.Reason)
	require.Equal(t, "released: all 4 elements may run; but the API server refuses to change 2 of their pods, trying again, element 0: not before Monday", early.Message)

	later := Decide(snapshot(t0.Add(time.Minute), 2, "g", "g", "g", "g"))
	require.Equal(t, int64(0), later.Elements.Open[0].Index)
	require.Equal(t, ReasonPatchRefused, later.Reason, "nothing is better yet")

	// Who asks without having tried, as explain does, hears of it by the condition.
	asked := snapshot(t0, 0, "g", "g", "g", "g")
	asked.Job.Condition = &Condition{Status: corev1.ConditionUnknown, Reason: ReasonPatchRefused, Message: "refused"}
	require.Equal(t, "refused", Decide(asked).Message)
	asked.Pods = pods("r", "r", "r", "r")
	require.Equal(t, ReasonMet, Decide(asked).Reason, "all run by now")
}
