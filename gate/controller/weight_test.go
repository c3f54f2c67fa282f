package controller

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/access"
	"depctl.dev/lang"
)

// deny is a cluster in which nobody may do anything.
type deny struct{ asked atomic.Int64 }

func (d *deny) Create(_ context.Context, r *authorizationv1.SubjectAccessReview, _ metav1.CreateOptions) (*authorizationv1.SubjectAccessReview, error) {
	d.asked.Add(1)
	return r, nil
}

// BenchmarkWeights measures what things take in the heap, each with the names that it
// needs, and what the budget counts for them: "counted/taken" must be 1 or more, but for
// what any Job takes (the first two, and in the row of the set).
func BenchmarkWeights(b *testing.B) {
	const jobs, units = 20, 2000
	list := func(separator, text string) func(int) string {
		return func(i int) string {
			terms := make([]string, units)
			for k := range terms {
				terms[k] = strings.NewReplacer("J", fmt.Sprint(i), "K", fmt.Sprint(k)).Replace(text)
			}
			return strings.Join(terms, separator)
		}
	}
	outcomes := func(i int) func(*batchv1.Job) {
		return func(j *batchv1.Job) {
			seen := gate.RecordedOutcomes{}
			for k := range units {
				name := fmt.Sprintf("gone-%d-%d", i, k)
				seen[lang.Job("n", name)] = gate.RecordedOutcome{
					Object: &lang.Object{UID: "01234567-89ab-cdef-0123-456789abcdef", Outcome: lang.Succeeded},
					Labels: map[string]string{"app": fmt.Sprint(k)},
				}
			}
			j.Annotations[gate.SeenAnnotation] = seen.String()
		}
	}
	for _, test := range []struct {
		name string
		// there are Jobs that exist, and text is what those say that are weighed.
		there  int
		text   func(i int) string
		change func(i int) func(*batchv1.Job)
		// per is how many units a Job has.
		per int
		// asks is how many rights a Job must ask for.
		asks int
		// unread says that the text is a mistake.
		unread bool
	}{
		{name: "a Job", text: func(int) string { return "" }, per: 1},
		{name: "a Job that waits", text: func(int) string { return "m0" }, there: 1, per: 1},
		{name: "edge", there: units, text: list(",", "mK"), per: units},
		{name: "virtual", text: list(",", "vJxK"), per: units},
		{name: "target", there: units, text: list(" or ", "mK"), per: units},
		{name: "target with a count", there: units, text: list(",", "(failed(mK, code=3) or mK)"), per: units},
		{name: "target of an element", there: units, text: list(",", "mK[i]"), change: func(int) func(*batchv1.Job) { return byElement(2) }, per: units},
		{name: "targets of one check", there: units, text: func(i int) string { return "finished(" + list(",", "mK")(i) + ") >= 3" }, per: units},
		{name: "virtual target", text: list(" or ", "vJxK"), per: units},
		{name: "question", text: list(",", "own/vJxK"), per: units, asks: units},
		{name: "question of a target", text: list(" or ", "own/vJxK"), per: units, asks: units},
		{name: "member of a set", there: units, text: func(i int) string { return fmt.Sprintf("finished({app=x,x!=y%d}) >= 1", i) }, per: units},
		{name: "member of a glob", there: units, text: func(i int) string { return "m*" + strings.Repeat("*", i) }, per: units},
		{name: "set", text: func(i int) string { return fmt.Sprintf("finished(v%dx-*) >= 1", i) }, per: 1},
		{name: "outcome", text: func(int) string { return "gone-*" }, change: outcomes, per: units},
		{name: "interval", text: func(int) string { return "" }, change: func(int) func(*batchv1.Job) {
			return func(j *batchv1.Job) {
				size := int32(2*units + 2)
				j.Spec.CompletionMode, j.Spec.Completions = new(batchv1.IndexedCompletion), &size
				var text []string
				for k := range units {
					text = append(text, fmt.Sprint(2*k))
				}
				j.Status.CompletedIndexes = strings.Join(text, ",")
			}
		}, per: units},
		{name: "label", text: func(int) string { return "" }, change: func(i int) func(*batchv1.Job) {
			return func(j *batchv1.Job) {
				j.Labels = map[string]string{}
				for k := range units {
					j.Labels[fmt.Sprintf("l%d-%d", i, k)] = fmt.Sprint(k)
				}
			}
		}, per: units},
		{name: "text that cannot be read", text: list(" ", "(a or bJxK"), unread: true, per: units},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				reviews := &deny{}
				rights := access.NewRights(reviews, func(lang.Ref) {}, clock.RealClock{})
				s := newStore(func(lang.Ref, time.Time) {}, clock.RealClock{})
				s.access, s.budget = rights, newBudget(1<<40)
				version := 0
				add := func(name, text string, change ...func(*batchv1.Job)) (texts int) {
					version++
					j := job(name, fmt.Sprint(version), text, append(change, of("evil"))...)
					require.NoError(b, s.Add(j))
					_, d, _ := s.decide(lang.Job("evil", name))
					require.Equal(b, test.unread, d.Reason == gate.ReasonInvalidExpression, d.Message)
					require.NotEqual(b, gate.ReasonProblem, d.Reason, d.Message)
					return len(text)
				}
				for i := range test.there {
					add(fmt.Sprint("m", i), "", labelled)
				}
				before, already := heap(), s.weightOf("evil")
				texts := 0
				for i := range jobs {
					var change []func(*batchv1.Job)
					if test.change != nil {
						change = append(change, test.change(i))
					}
					texts += add(fmt.Sprint("w", i), test.text(i), change...)
				}
				ctx, stop := context.WithCancel(b.Context())
				asked := make(chan struct{})
				go func() {
					defer close(asked)
					rights.Run(ctx)
				}()
				require.Eventually(b, func() bool { return reviews.asked.Load() >= int64(test.asks*jobs) }, time.Minute, time.Millisecond)
				time.Sleep(10 * time.Millisecond) // the queue's own goroutine takes in what is for later
				taken, counted := heap()-before, s.weightOf("evil")-already
				n := int64(jobs * test.per)
				b.ReportMetric(float64(taken)/float64(n), "taken-B")
				b.ReportMetric(float64(counted)/float64(n), "counted-B")
				b.ReportMetric(float64(texts)/float64(n), "text-B")
				b.ReportMetric(float64(counted)/float64(taken), "counted/taken")
				runtime.KeepAlive(s)
				stop()
				<-asked
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// weightOf returns all that is counted for a namespace, in bytes.
func (s *store) weightOf(namespace string) int64 {
	n := s.kept(namespace)
	if a := s.budget.of[namespace]; a != nil {
		n += a.bytes
	}
	return n
}
