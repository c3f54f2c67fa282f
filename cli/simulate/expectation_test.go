package simulate

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/depgraph"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// fake is a world that decides as the gate does.
type fake struct {
	graph *depgraph.Graph
	jobs  map[lang.Ref]gate.Job
	now   time.Time
}

func newFake() *fake { return &fake{depgraph.New(), map[lang.Ref]gate.Job{}, noon} }

// put adds a Job that started and ended so many minutes before noon; -1 is not yet.
func (f *fake) put(name, dependsOn string, started, ended int, outcome lang.Outcome) {
	job := gate.Job{Namespace: "ns", Name: name, UID: "u", Annotated: dependsOn != "", DependsOn: dependsOn, Object: &lang.Object{Outcome: outcome}}
	job.Created = noon.Add(-time.Hour)
	job.Suspended = started < 0
	if started >= 0 {
		job.Started, job.Object.Started, job.Released = noon.Add(-time.Duration(started)*time.Minute), true, true
	}
	if ended >= 0 {
		job.Object.Finished = noon.Add(-time.Duration(ended) * time.Minute)
	}
	expr, _ := job.Parse()
	f.jobs[job.Ref()] = job
	f.graph.Set(job.Ref(), job.Node(expr))
}

func (f *fake) Jobs() []lang.Ref { return slices.SortedFunc(maps.Keys(f.jobs), lang.Ref.Compare) }

func (f *fake) Job(ref lang.Ref) (gate.Job, bool) {
	job, ok := f.jobs[ref]
	return job, ok
}

func (f *fake) Set(job gate.Job) []lang.Ref {
	f.jobs[job.Ref()] = job
	return f.graph.Set(job.Ref(), job.Node(f.graph.Expr(job.Ref())))
}

func (f *fake) SetTime(now time.Time) { f.now = now }
func (f *fake) Settle()               { f.graph.Settle() }
func (f *fake) Still()                { f.graph.Settle() }

func (f *fake) Decide(ref lang.Ref) gate.Decision {
	return gate.Decide(gate.Snapshot{
		Job: f.jobs[ref], Expr: f.graph.Expr(ref), Now: f.now, Cycle: f.graph.Cycle(ref),
		World: gate.World{Graph: f.graph, Self: ref, Access: gate.Open{}},
	})
}

func (f *fake) Give() []lang.Ref { return nil }

func (f *fake) Prerequisites(ref lang.Ref) []lang.Ref { return f.graph.Prerequisites(ref) }
func (f *fake) ByElement(lang.Ref) bool               { return false }
func (f *fake) Empty(lang.Ref) bool                   { return false }
func (f *fake) Paused(lang.Ref) bool                  { return false }

func (f *fake) KeepRanks(length func(lang.Ref) time.Duration) { f.graph.KeepRanks(length) }
func (f *fake) Rank(ref lang.Ref) time.Duration               { return f.graph.Rank(ref) }

// history returns how long the Jobs took that have succeeded.
func (f *fake) history() *History {
	h := NewHistory()
	for _, job := range f.jobs {
		h.Add(job)
	}
	return h
}

// expect runs a copy of the world, and returns what may come of a Job.
func (f *fake) expect(name string, h *History) Expectation {
	own := newFake()
	for ref, job := range f.jobs {
		own.jobs[ref] = job
		own.graph.Set(ref, job.Node(f.graph.Expr(ref)))
	}
	return New(own, Options{Now: noon, Length: h.Estimate}).Expect(lang.Job("ns", name))
}

func TestAnExpectation(t *testing.T) {
	f := newFake()
	f.put("load-1", "", 50, 40, lang.Succeeded) // 10 minutes
	f.put("load-2", "", 50, 30, lang.Succeeded) // 20 minutes
	f.put("load-3", "", 50, 44, lang.Succeeded) // 6 minutes
	f.put("broken", "", 50, 45, lang.Failed)
	f.put("load-4", "", 4, -1, lang.Undecided)
	f.put("load-5", "", 30, -1, lang.Undecided)
	f.put("sum-1", "", 40, 38, lang.Succeeded) // 2 minutes
	for name, test := range map[string]struct {
		dependsOn string
		start     int // minutes after noon; -1 is unknown
		because   string
	}{
		"the mean of its family":         {"load-4", 8, ""},
		"one that is overdue":            {"load-5", 0, ""},
		"all of them":                    {"load-4, load-5", 8, ""},
		"any of them":                    {"load-4 or nothing", 8, ""},
		"a term that has failed":         {"load-4 or broken", 8, ""},
		"what does not exist":            {"load-4, nothing", -1, "nothing"},
		"a delay":                        {"load-4 + 5m", 13, ""},
		"a time":                         {"time(2026-11-23T12:30:00Z)", 30, ""},
		"not":                            {"not failed(load-4)", 8, ""},
		"a start":                        {"started(load-4), load-4", 8, ""},
		"as many as it needs":            {"succeeded(load-*) >= 4", 0, ""},
		"more than there are":            {"succeeded(load-*) >= 9", -1, "sum-9"},
		"all members":                    {"load-*", 8, ""},
		"what waits is counted in":       {"sum-2", 10, ""},
		"a held one does not come alone": {"held", -1, "held"},
	} {
		t.Run(name, func(t *testing.T) {
			f.put("sum-2", "load-4", -1, -1, lang.Undecided)
			f.put("held", "load-4", -1, -1, lang.Undecided)
			held := f.jobs[lang.Job("ns", "held")]
			held.OnHold = true
			f.jobs[held.Ref()] = held
			f.put("sum-9", test.dependsOn, -1, -1, lang.Undecided)
			e := f.expect("sum-9", f.history())
			if test.start < 0 {
				require.False(t, e.Known())
				require.Equal(t, test.because, e.Because.Name)
				return
			}
			require.Equal(t, noon.Add(time.Duration(test.start)*time.Minute), e.Start)
			require.Equal(t, e.Start.Add(2*time.Minute), e.End)
		})
	}
}

// The members that run end 7, 8, 9 and 10 minutes after noon.
func TestACountIsExpectedWhenItIsDecided(t *testing.T) {
	f := newFake()
	f.put("run-0", "", 30, 20, lang.Succeeded) // 10 minutes
	for i, name := range []string{"run-1", "run-2", "run-3", "run-4"} {
		f.put(name, "", 3-i, -1, lang.Undecided)
	}
	f.put("broken", "", 30, 20, lang.Failed)
	f.put("next-0", "", 20, 19, lang.Succeeded)
	running, all := "run-1, run-2, run-3, run-4", "broken, run-1, run-2, run-3, run-4"
	for expression, start := range map[string]int{
		"succeeded(" + all + ") >= 3":          9,
		"succeeded(" + all + ") > 2":           9,
		"succeeded(" + all + ") == 4":          10,
		"succeeded(" + all + ") >= 4":          10,
		"succeeded(" + all + ") >= 60%":        9,
		"succeeded(" + all + ") != 0":          7,
		"succeeded(" + running + ")":           10,
		"failed(" + running + ") <= 1":         9,
		"failed(" + running + ") < 2":          9,
		"failed(" + running + ") == 0":         10,
		"failed(" + all + ") <= 1":             10,
		"failed(" + all + ") < 3":              9,
		"failed(" + all + ") >= 2":             -1,
		"failed(" + all + ") > 0":              0,
		"run-* >= 5":                           10,
		"run-* >= 9":                           -1,
		"not failed(" + running + ") >= 1":     10,
		"failed(run-1) or run-3":               9,
		"failed(run-1)":                        -1,
		"finished(" + all + ") > 2":            8,
		"succeeded(" + running + ") >= 3 + 5m": 14,
	} {
		t.Run(expression, func(t *testing.T) {
			f.put("next-1", expression, -1, -1, lang.Undecided)
			e := f.expect("next-1", f.history())
			if start < 0 {
				require.False(t, e.Known())
				return
			}
			require.Equal(t, noon.Add(time.Duration(start)*time.Minute), e.Start)
		})
	}
}

func TestWhyNothingIsExpected(t *testing.T) {
	f := newFake()
	f.put("a", "", 5, -1, lang.Undecided)
	f.put("b", "a", -1, -1, lang.Undecided)
	f.put("c", "nothing", -1, -1, lang.Undecided)
	f.put("d", "failed(a)", -1, -1, lang.Undecided)
	of := func(name string, h *History) (because string, why Why) {
		e := f.expect(name, h)
		require.False(t, e.Known())
		return e.Because.Name, e.Why
	}
	because, why := of("b", NewHistory())
	require.Equal(t, "a", because)
	require.Equal(t, Untimed, why, "it runs, and nobody knows how long")
	because, why = of("c", NewHistory())
	require.Equal(t, "nothing", because)
	require.Equal(t, Absent, why)
	told := NewHistory()
	told.Expect(lang.Job("ns", "a"), 20*time.Minute)
	told.Expect(lang.Job("ns", "b"), time.Minute)
	because, why = of("d", told)
	require.Equal(t, "d", because)
	require.Equal(t, Unlikely, why)
	e := f.expect("b", told)
	require.Equal(t, noon.Add(15*time.Minute), e.Start, "what a Job says of itself counts")
	require.Zero(t, e.Guesses)
}

func TestAGuessIsCounted(t *testing.T) {
	f := newFake()
	f.put("a", "", 20, 10, lang.Succeeded)
	f.put("b", "", 5, -1, lang.Undecided)
	f.put("c", "b", -1, -1, lang.Undecided)
	e := f.expect("c", f.history())
	require.Equal(t, 2, e.Guesses)
	require.Equal(t, noon.Add(5*time.Minute), e.Start)
	require.False(t, newFake().expect("c", NewHistory()).Known())
}

func TestACycleHasNoExpectation(t *testing.T) {
	f := newFake()
	f.put("a", "b", -1, -1, lang.Undecided)
	f.put("b", "a", -1, -1, lang.Undecided)
	require.False(t, f.expect("a", f.history()).Known())
}
