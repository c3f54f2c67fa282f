package listing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
	"pgregory.net/rapid"

	"depctl.dev/cli/explanation"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// job returns a Job of namespace etl that waits for others, or one that runs.
func job(name, dependsOn string, changes ...func(*batchv1.Job)) *batchv1.Job {
	j := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
		Namespace: "etl", Name: name, UID: types.UID("uid-" + name), CreationTimestamp: metav1.NewTime(now.Add(-time.Hour)),
	}}
	if dependsOn != "" {
		j.Annotations, j.Spec.Suspend = map[string]string{gate.DependsOnAnnotation: dependsOn}, ptr.To(true)
	}
	for _, change := range changes {
		change(j)
	}
	return j
}

func failed(j *batchv1.Job) {
	j.Status.Conditions = []batchv1.JobCondition{{Type: batchv1.JobFailed, Status: "True", Reason: "BackoffLimitExceeded"}}
}

func runs(j *batchv1.Job) {
	j.Status.StartTime, j.Status.Ready = ptr.To(metav1.NewTime(now.Add(-time.Minute))), ptr.To(int32(1))
}

func held(j *batchv1.Job) { j.Annotations[gate.HoldAnnotation] = "" }

func inquiry(jobs ...*batchv1.Job) *snapshot.Inquiry {
	w := snapshot.NewWorld(now)
	for _, j := range jobs {
		w.Observe(j)
	}
	return snapshot.NewInquiry(w)
}

func TestWhatHoldsAJobUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jobs []*batchv1.Job
		// want has the blockers of Job x.
		want string
	}{
		"what runs, through others":                     {[]*batchv1.Job{job("x", "a"), job("a", "b"), job("b", "", runs)}, "b"},
		"a root that is reached on two ways":            {[]*batchv1.Job{job("x", "a, b"), job("a", "c"), job("b", "c"), job("c", "", runs)}, "c"},
		"what does not come by itself before what runs": {[]*batchv1.Job{job("x", "a, b, c"), job("a", "", runs), job("b", "a", held)}, "b c"},
		"of either of two both that failed":             {[]*batchv1.Job{job("x", "a or b"), job("a", "", failed), job("b", "", failed)}, "a b"},
		"time":                                          {[]*batchv1.Job{job("x", "a"), job("a", "time(2026-12-01T00:00:00Z)")}, "a"},
		"the other of a deadlock":                       {[]*batchv1.Job{job("x", "a"), job("a", "x")}, "a"},
		"behind a deadlock":                             {[]*batchv1.Job{job("x", "a"), job("a", "b"), job("b", "a")}, "a"},
		"around a circle that is none":                  {[]*batchv1.Job{job("x", "a or b"), job("a", "x or b"), job("b", "", runs)}, "b"},
		"nothing, if it does not wait":                  {[]*batchv1.Job{job("x", "", runs)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := listing.Of(inquiry(test.jobs...), nil, listing.Selection{Names: []lang.Ref{lang.Job("etl", "x")}})
			require.Len(t, rows, 1)
			var names []string
			for _, ref := range rows[0].BlockedBy {
				names = append(names, ref.Name)
			}
			require.Equal(t, test.want, strings.Join(names, " "))
		})
	}
}

// What is known of one Job must not change what is found for another, whatever circles there are.
func TestRootsAreTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 9).Draw(t, "jobs")
		var jobs []*batchv1.Job
		for i := range n {
			var names []string
			for _, k := range rapid.SliceOfNDistinct(rapid.IntRange(0, n), 0, 3, rapid.ID).Draw(t, "waits for") {
				if k != i {
					names = append(names, fmt.Sprintf("j%d", k)) // that of n does not exist
				}
			}
			between := rapid.SampledFrom([]string{", ", " or "}).Draw(t, "between")
			jobs = append(jobs, job(fmt.Sprintf("j%d", i), strings.Join(names, between)))
		}
		q := inquiry(jobs...)
		refs := q.Refs()
		slices.SortFunc(refs, lang.Ref.Compare)
		all := explanation.NewRoots(q)
		for _, ref := range rapid.Permutation(refs).Draw(t, "order") {
			require.ElementsMatch(t, named(explanation.NewRoots(q).Of(ref)), named(all.Of(ref)), "%s", ref)
			require.ElementsMatch(t, below(q, ref), named(all.Of(ref)), "%s", ref)
		}
	})
}

func named(roots []*explanation.Object) (names []string) {
	for _, o := range roots {
		names = append(names, o.Name)
	}
	return names
}

// below finds by a plain search what a Job waits for, directly or through others, and what
// waits for nothing itself.
func below(q *snapshot.Inquiry, from lang.Ref) (names []string) {
	seen := map[lang.Ref]bool{from: true}
	for queue := []lang.Ref{from}; len(queue) > 0; queue = queue[1:] {
		for _, ref := range q.Prerequisites(queue[0]) {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			if job, exists := q.Jobs[ref]; exists && job.Annotated && q.Decision(ref).Reason != gate.ReasonDependencyCycle {
				queue = append(queue, ref)
			} else {
				names = append(names, ref.Name)
			}
		}
	}
	return names
}

func TestPatternsAndNames(t *testing.T) {
	t.Parallel()
	q := inquiry(job("load-1", ""), job("load-2", ""), job("extract", ""))
	for text, want := range map[string]int{"load-*": 2, "load-?": 2, "load-[2-9]": 1, "extract": 1, "load": 0, "*": 3, "[": 0} {
		rows := listing.Of(q, nil, listing.Selection{Names: []lang.Ref{lang.Job("etl", text)}})
		require.Len(t, rows, want, text)
	}
}

// BenchmarkChain lists 5,000 Jobs that wait one for the other, and two for each.
func BenchmarkChain(b *testing.B) {
	jobs := []*batchv1.Job{job("j0", "", runs), job("j1", "j0")}
	for i := 2; i < 5000; i++ {
		jobs = append(jobs, job(fmt.Sprintf("j%d", i), fmt.Sprintf("j%d, j%d", i-1, i-2)))
	}
	for b.Loop() {
		if rows := listing.Of(inquiry(jobs...), nil, listing.Selection{}); len(rows) != 5000 || len(rows[0].BlockedBy) > 1 {
			b.Fatal("some rows are missing")
		}
	}
}

// BenchmarkLayers lists 10,000 Jobs in layers of a hundred, each of which waits for three of the layer before it, and
// draws nothing: a listing of Jobs that were read.
func BenchmarkLayers(b *testing.B) {
	var jobs []*batchv1.Job
	for i := range 10_000 {
		var names []string
		for d := range 3 {
			names = append(names, fmt.Sprintf("job-%02d-%02d", i/100-1, (i+d)%100))
		}
		name := fmt.Sprintf("job-%02d-%02d", i/100, i%100)
		if i < 100 {
			jobs = append(jobs, job(name, "", runs))
		} else {
			jobs = append(jobs, job(name, strings.Join(names, ", ")))
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if rows := listing.Of(inquiry(jobs...), nil, listing.Selection{}); len(rows) != 10_000 {
			b.Fatal("some rows are missing")
		}
	}
}
