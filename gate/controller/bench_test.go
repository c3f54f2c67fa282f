package controller

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/utils/clock"
	"k8s.io/utils/ptr"

	"depctl.dev/lang"
)

// clerk is a store whose questions are answered as a worker answers them, as soon as
// they are asked.
type clerk struct {
	*store
	waiting   map[lang.Ref]bool
	decisions int
	version   int
}

func newClerk() *clerk {
	b := &clerk{waiting: map[lang.Ref]bool{}}
	b.store = newStore(func(ref lang.Ref, _ time.Time) { b.waiting[ref] = true }, clock.RealClock{})
	return b
}

func (b *clerk) update(tb testing.TB, name, dependsOn string, change ...func(*batchv1.Job)) {
	b.version++
	require.NoError(tb, b.Update(job(name, fmt.Sprint(b.version), dependsOn, change...)))
	b.work()
}

func (b *clerk) work() {
	for len(b.waiting) > 0 {
		b.turn()
	}
}

// turn looks at all Jobs that are waiting for it by now.
func (b *clerk) turn() {
	for ref := range b.waiting {
		delete(b.waiting, ref)
		if ref.Kind == lang.KindCronJob {
			if p, _ := b.pending(ref); p.more {
				b.waiting[ref] = true
			}
			continue
		}
		b.guarding(ref)
		b.decide(ref)
		b.unsaved(ref)
		b.decisions++
	}
}

func labelled(j *batchv1.Job) { j.Labels = map[string]string{"app": "x"} }
func started(j *batchv1.Job)  { j.Status.Ready = ptr.To(int32(1)); j.Status.Active = 1 }

// BenchmarkSets has many that wait for a set, whose members come, start and, some of
// them, end.
func BenchmarkSets(b *testing.B) {
	for _, test := range []struct {
		name, text    string
		waiters, size int
	}{
		{"selector", "finished({app=x}) >= 4000", 300, 1500},
		{"glob", "finished(m-*) >= 4000", 300, 1500},
		{"numbers", "finished({app=x}) >= 4%[1]03d", 300, 1500},
		{"mixed", "a, (finished({app=x}) >= 4000 or b)", 300, 1500},
		{"met soon", "a, (finished({app=x}) >= 10 or b)", 300, 1500},
		{"both", "succeeded(a, {app=x}) >= 4000", 300, 1500},
		{"10,000", "finished({app=x}) >= 20000", 300, 10_000},
	} {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				s := newClerk()
				for i := range test.waiters {
					text := test.text
					if strings.Contains(text, "%") {
						text = fmt.Sprintf(text+"%.0[1]d", i)
					}
					s.update(b, fmt.Sprintf("w-%d", i), text)
				}
				for i := range test.size {
					s.update(b, fmt.Sprintf("m-%d", i), "", labelled)
				}
				for i := range test.size {
					s.update(b, fmt.Sprintf("m-%d", i), "", labelled, started)
				}
				for i := range test.size / 10 {
					s.update(b, fmt.Sprintf("m-%d", i), "", labelled, started, complete)
				}
				b.ReportMetric(float64(s.decisions), "decisions")
			}
		})
	}
}

// BenchmarkKnot makes Jobs one by one of which each waits for the next, the last for the
// first, and each for ten others. The judge has its turn after ten of them, and at the end
// as long as it takes.
func BenchmarkKnot(b *testing.B) {
	for _, n := range []int{100, 500, 1500} {
		random := rand.New(rand.NewPCG(1, 2))
		texts := make([]string, n)
		for i := range n {
			names := []string{fmt.Sprintf("q%d", (i+1)%n)}
			for range 10 {
				names = append(names, fmt.Sprintf("q%d", (i+1+random.IntN(n-1))%n))
			}
			texts[i] = strings.Join(names, ", ")
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				s := newClerk()
				for i, text := range texts {
					s.update(b, fmt.Sprintf("q%d", i), text)
					if i%10 == 0 && s.judging {
						s.judgeSlice(slice)
						s.work()
					}
				}
				for s.judging {
					s.judgeSlice(slice)
				}
				s.work()
				require.Equal(b, n, len(s.graph.Stuck()))
				b.ReportMetric(float64(s.decisions), "decisions")
			}
		})
	}
}
