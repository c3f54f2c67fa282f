package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// planOf plans Jobs as they are after kubectl apply: "name length: expression".
func planOf(slots int, jobs ...string) *plan {
	w := worldOf(jobs...)
	return newPlan(w.Simulate(simulated(orderArrival, slots, lengths(learned(w), 10*time.Minute))))
}

// worldOf makes Jobs of texts such as "name 5m key=value: depends, on".
func worldOf(jobs ...string) *snapshot.World {
	w := snapshot.NewWorld(noon)
	for _, text := range jobs {
		head, dependsOn, waits := strings.Cut(text, ": ")
		fields := strings.Fields(head)
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: fields[0], Annotations: map[string]string{}}}
		if waits {
			job.Annotations[gate.DependsOnAnnotation] = dependsOn
		}
		for _, more := range fields[1:] {
			key, value, isMore := strings.Cut(more, "=")
			if !isMore {
				key, value = snapshot.DurationAnnotation, more
			}
			job.Annotations[key] = value
		}
		w.Add(manifest.AsApplied(job))
		w.NoteLength(job)
	}
	return w
}

// learned returns what a world tells of how long Jobs take.
func learned(w *snapshot.World) *simulate.History {
	h := simulate.NewHistory()
	w.Learn(h)
	return h
}

func (p *plan) inWords() string {
	var b strings.Builder
	for _, job := range p.jobs {
		mark := ""
		if job.Critical {
			mark = "*"
		}
		fmt.Fprintf(&b, "%s%s@%d %s-%s, ", mark, job.Ref.Name, job.Wave, brief(job.Start), brief(job.End))
	}
	for _, job := range p.idle {
		fmt.Fprintf(&b, "%s never: %s, ", job.ref.Name, job.reason)
	}
	return strings.TrimSuffix(b.String(), ", ")
}

func TestAPlanIsWhatTheGateWouldDo(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		slots int
		jobs  []string
		want  string
	}{
		"a chain":              {jobs: []string{"a 5m", "b 10m: a", "c 1h: b"}, want: "*a@1 0s-5m, *b@2 5m-15m, *c@3 15m-1h15m"},
		"a diamond":            {jobs: []string{"a 1m", "b 5m: a", "c 9m: a", "d 1m: b, c"}, want: "*a@1 0s-1m, b@2 1m-6m, *c@2 1m-10m, *d@3 10m-11m"},
		"the first of two":     {jobs: []string{"a 1h", "b 5m", "c 1m: a or b"}, want: "b@1 0s-5m, *a@1 0s-1h, c@2 5m-6m"},
		"two of three":         {jobs: []string{"a 1m", "b 2m", "c 3m", "d 5m: succeeded(a, b, c) >= 2"}, want: "a@1 0s-1m, *b@1 0s-2m, c@1 0s-3m, *d@2 2m-7m"},
		"a set":                {jobs: []string{"s-1 1m", "s-2 2m", "d 5m: s-* >= 2"}, want: "s-1@1 0s-1m, *s-2@1 0s-2m, *d@2 2m-7m"},
		"a delay":              {jobs: []string{"a 5m", "b 1m: finished(a) + 1h"}, want: "*a@1 0s-5m, *b@2 1h5m-1h6m"},
		"a time":               {jobs: []string{"a 5m: time(2026-11-23T22:00:00Z)"}, want: "*a@1 10h-10h5m"},
		"a start":              {jobs: []string{"a 1h", "b 5m: started(a)", "c 5m: b"}, want: "b@1 0s-5m, *a@1 0s-1h, c@2 5m-10m"},
		"nothing known":        {jobs: []string{"a", "b soon: a"}, want: "*a@1 0s-10m, *b@2 10m-20m"},
		"a wait for a failure": {jobs: []string{"a 1m", "alarm 1m: failed(a)", "c 1m: skipped(alarm)"}, want: "*a@1 0s-1m, *c@2 1m-2m, alarm never: never ran: default/a succeeded"},
		"a timeout": {
			jobs: []string{"a 1h", "b 1m depctl.dev/wait-timeout=30m: a"},
			want: "*a@1 0s-1h, b never: never ran: still waiting: default/a has not finished after 30m",
		},
		"a hold":           {jobs: []string{"a 1m", "b depctl.dev/hold=no: a"}, want: "*a@1 0s-1m, b never: held: no"},
		"a circle":         {jobs: []string{"a: b", "b: a"}, want: "a never: held in a deadlock: default/a waits for default/b, which waits for default/a; edit one of the annotations, b never: held in a deadlock: default/a waits for default/b, which waits for default/a; edit one of the annotations"},
		"two slots":        {slots: 2, jobs: []string{"a 4m", "b 3m", "c 2m", "d 1m"}, want: "*b@1 0s-3m, a@1 0s-4m, *c@1 3m-5m, d@1 4m-5m"},
		"slots for chains": {slots: 1, jobs: []string{"a 1m", "b 1m: a", "c 1m"}, want: "*a@1 0s-1m, *c@1 1m-2m, *b@2 2m-3m"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, planOf(test.slots, test.jobs...).inWords()) })
	}
}

// TestPlansKeepTheirPromises compares plans of random graphs with what must hold
// of each, and with the graph's own idea of its layers and its longest way.
func TestPlansKeepTheirPromises(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n, slots := rapid.IntRange(1, 25).Draw(t, "jobs"), rapid.IntRange(0, 4).Draw(t, "slots")
		var jobs []string
		before := map[string][]string{}
		for i := range n {
			name := fmt.Sprintf("j%d", i)
			for k := range i {
				if rapid.IntRange(0, 5).Draw(t, "edge") == 0 {
					before[name] = append(before[name], fmt.Sprintf("j%d", k))
				}
			}
			text := fmt.Sprintf("%s %dm", name, rapid.IntRange(1, 9).Draw(t, "minutes"))
			if len(before[name]) > 0 {
				text += ": " + strings.Join(before[name], ", ")
			}
			jobs = append(jobs, text)
		}
		p := planOf(slots, jobs...)
		require.Len(t, p.jobs, n)
		at := map[string]*simulate.Job{}
		graph := snapshot.NewWorld(noon).Graph
		for _, job := range p.jobs {
			at[job.Ref.Name] = job
		}
		for i := range n {
			name := fmt.Sprintf("j%d", i)
			var expr *lang.Expr
			if len(before[name]) > 0 {
				expr, _ = lang.Parse(strings.Join(before[name], ", "))
			}
			graph.Set(lang.Job("default", name), gate.Job{Object: &lang.Object{}}.Node(expr))
			wave := 1
			for _, one := range before[name] {
				require.LessOrEqual(t, at[one].End, at[name].Start, "nobody starts early")
				wave = max(wave, at[one].Wave+1)
			}
			require.Equal(t, wave, at[name].Wave)
		}
		for _, job := range p.jobs {
			running := 0
			for _, other := range p.jobs {
				if other.Start <= job.Start && job.Start < other.End {
					running++
				}
			}
			require.True(t, slots == 0 || running <= slots)
			require.LessOrEqual(t, running, p.peak)
		}
		var critical time.Duration
		for _, job := range p.path {
			critical += job.Length()
		}
		require.Equal(t, p.total, critical, "without delays the critical path has no gaps")
		if slots == 0 {
			layers, cyclic := graph.Layers()
			require.Empty(t, cyclic)
			require.Len(t, layers, len(p.waves))
			_, longest := graph.Longest(func(ref lang.Ref) int64 { return int64(at[ref.Name].Length()) })
			require.Equal(t, longest, int64(p.total))
		}
	})
}

func TestLengthsAreLearned(t *testing.T) {
	t.Parallel()
	w := snapshot.NewWorld(noon)
	for name, took := range map[string]time.Duration{"load": 7 * time.Minute, "nightly-1": time.Minute, "nightly-2": 2 * time.Minute, "nightly-3": 9 * time.Minute} {
		start, end := metav1.NewTime(noon.Add(-time.Hour)), metav1.NewTime(noon.Add(took-time.Hour))
		w.Add(gate.Observe(&batchv1.Job{
			ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: "u"},
			Status: batchv1.JobStatus{
				StartTime: &start, CompletionTime: &end,
				Conditions: []batchv1.JobCondition{{Type: batchv1.JobComplete, Status: "True", LastTransitionTime: end}},
			},
		}))
	}
	w.Expected[lang.Job("etl", "load")] = "1d"
	w.Expected[lang.Job("etl", "bad")] = "soon"
	of := lengths(learned(w), time.Second)
	for name, want := range map[string]string{
		"load": "1d annotation", "nightly-1": "1m history", "nightly-77": "4m history", "weekly-1": "1s default", "bad": "1s default",
	} {
		took, _ := of(lang.Job("etl", name))
		require.Equal(t, want, brief(took.Duration)+" "+basisOf(took), name)
	}
	took, _ := of(lang.Job("other", "nightly-1"))
	require.Equal(t, "default", basisOf(took))
}

func TestWhatRunsGoesOn(t *testing.T) {
	t.Parallel()
	w := snapshot.NewWorld(noon)
	start := metav1.NewTime(noon.Add(-6 * time.Minute))
	w.Add(gate.Observe(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "a", UID: "u"}, Status: batchv1.JobStatus{StartTime: &start}}))
	b := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "b", Annotations: map[string]string{gate.DependsOnAnnotation: "a"}}}
	w.Add(manifest.AsApplied(b))
	require.Equal(t, "*a@1 0s-4m, *b@2 4m-14m", newPlan(w.Simulate(simulated(orderArrival, 0, lengths(learned(w), 10*time.Minute)))).inWords())
}

func TestWhatRunsKeepsItsSlot(t *testing.T) {
	t.Parallel()
	start := metav1.NewTime(noon.Add(-6 * time.Minute))
	for _, order := range orders {
		w := worldOf("a", "b: a")
		w.Add(gate.Observe(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "c", UID: "u"}, Status: batchv1.JobStatus{StartTime: &start}}))
		p := newPlan(w.Simulate(simulated(order, 1, lengths(learned(w), 10*time.Minute))))
		require.Equal(t, "*c@1 0s-4m, *a@1 4m-14m, *b@2 14m-24m", p.inWords(), order)
	}
}

// BenchmarkPlan plans 10,000 Jobs.
func BenchmarkPlan(b *testing.B) {
	for name, dependsOn := range map[string]func(i int) string{
		"chain":  func(i int) string { return fmt.Sprintf(": j-%d", i-1) },
		"fan":    func(int) string { return ": j-0" },
		"fan-in": func(i int) string { return map[bool]string{true: ": j-* >= 9999"}[i == 9_999] },
		"layers": func(i int) string { return fmt.Sprintf(": j-%d, j-%d, j-%d", i/2, i/3, i/5) },
	} {
		b.Run(name, func(b *testing.B) {
			jobs := []string{"j-0 1m"}
			for i := 1; i < 10_000; i++ {
				jobs = append(jobs, fmt.Sprintf("j-%d %dm%s", i, i%7+1, dependsOn(i)))
			}
			for b.Loop() {
				require.Len(b, planOf(0, jobs...).jobs, len(jobs))
			}
		})
	}
}
