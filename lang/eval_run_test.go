package lang

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// runWorld has the Jobs of runs named for what is known of them, and CronJobs.
func runWorld() world {
	w := world{}
	for ref, o := range map[Ref]*Object{
		step("k", "good"):    ended(Succeeded),
		step("k", "new"):     {Created: at(0)},
		step("k", "tidy"):    {Created: at(0), NamesRun: true},
		step("ok", "good"):   ended(Succeeded),
		step("ok", "left"):   {Outcome: Skipped, Reason: "NotTaken", Finished: at(12)},
		step("bad", "good"):  ended(Succeeded),
		step("bad", "late"):  {Outcome: Skipped, Reason: "DependencyTimeout", Finished: at(8)},
		step("bad", "new"):   {Created: at(0)},
		step("two", "load"):  failedWith("", &Exit{Code: 3}),
		step("two", "late"):  {Outcome: Skipped, Reason: "DependencyTimeout"},
		step("few", "good"):  {Outcome: Succeeded, Started: true, Finished: at(10), RunSize: 3},
		step("few", "bye"):   {Outcome: Succeeded, Started: true, Finished: at(11), RunSize: 3},
		step("all", "good"):  {Outcome: Succeeded, Started: true, Finished: at(10), RunSize: 2},
		step("all", "tidy"):  {Created: at(0), RunSize: 2, NamesRun: true},
		step("none", "bye"):  {Outcome: Skipped, Reason: "DependencyFailed", Finished: at(10)},
		step("tidy", "tidy"): {Created: at(0), NamesRun: true},
		Job("ns", "good"):    ended(Failed),
		Job("ns", "yes"):     {Outcome: Succeeded, Finished: at(10), Result: &Result{Value: "yes"}},
		Job("ns", "empty"):   {Outcome: Succeeded, Finished: at(10), Result: &Result{}},
		Job("ns", "unread"):  {Outcome: Succeeded, Finished: at(10)},
		Job("ns", "lost"):    {Outcome: Succeeded, Finished: at(10), Result: &Result{Lost: "the pod is gone"}},
		Job("ns", "ten"):     {Outcome: Succeeded, Finished: at(10), Array: &Array{Size: 10}},
		Job("ns", "hidden"):  {Problem: &Problem{Code: ProblemForbidden, Message: "it may not be looked at"}},

		nightly("ns", "load", "2025-12-31T02:00:00Z"):   ended(Succeeded),
		nightly("ns", "load", "2026-01-01T02:00:00Z"):   {Created: at(0)},
		nightly("ns", "sim", "2026-01-01T02:00:00Z"):    {Created: at(0), Started: true, Array: &Array{Size: 4, Completed: Indexes{{0, 1}}}},
		nightly("ns", "soon", "2026-01-01T02:00:00Z"):   nil,
		nightly("ns", "hourly", "2026-01-01T01:00:00Z"): ended(Succeeded),
		nightly("ns", "hourly", "2026-01-01T02:00:00Z"): ended(Failed),
		nightly("ns", "hourly", "2026-01-01T03:00:00Z"): {Created: at(0)},
		nightly("ns", "again", "2026-01-01T01:00:00Z"):  ended(Failed),
	} {
		w.put(ref, o)
	}
	return w
}

func inRun(run string) *Subject {
	return &Subject{Ref: step(run, "me"), Object: &Object{Created: at(0), UID: "m", NamesRun: true}}
}

// TestWhatIsSaidOfRuns has, for each expression in a run, its value and the words for it.
func TestWhatIsSaidOfRuns(t *testing.T) {
	w := runWorld()
	for _, c := range []struct{ run, text, value, words string }{
		{"k", "good", "true", "ns/good@k succeeded"},
		{"k", "good@", "false", "ns/good failed"},
		{"k", "yes", "unknown", "ns/yes@k does not exist"},
		{"", "good", "false", "ns/good failed"},
		{"", "good@k", "true", "ns/good@k succeeded"},
		{"", "good, left@ok", "false", "ns/good failed"},
		{"k", "go*", "true", "go*: 1 of 1"},
		{"", "*y* >= 9", "unknown", "*y* >= 9: 2 of 2"},
		{"k#", "good", "true", "ns/good@k succeeded"},

		{"k", "run", "unknown", "1 of 2 steps of run k are over, new has not finished"},
		{"k#", "finished(run)", "unknown", "1 of 2 steps of run k are over, new has not finished"},
		{"ok", "run", "true", "all 2 steps of run ok are over, and 1 succeeded"},
		{"", "run@ok", "true", "all 2 steps of run ok are over, and 1 succeeded"},
		{"ok", "failed(run)", "false", "all 2 steps of run ok are over, and 1 succeeded"},
		{"ok", "finished(run) + 9m", "unknown", "all 2 steps of run ok are over, and 1 succeeded: finished(run) + 9m not before 2026-01-01T00:21:00Z"},
		{"ok", "finished(run) + 8m", "true", "all 2 steps of run ok are over, and 1 succeeded"},
		{"bad", "run", "false", "2 of 3 steps of run bad are over, late waited in vain"},
		{"bad", "failed(run) + 12m", "true", "2 of 3 steps of run bad are over, late waited in vain"},
		{"bad", "finished(run)", "unknown", "2 of 3 steps of run bad are over, late waited in vain"},
		{"two", "failed(run)", "true", "2 of 2 steps of run two are over, late waited in vain, and 1 more failed"},
		{"few", "run", "true", "all 2 steps of run few are over, and 2 succeeded"},
		{"", "run@few", "unknown", "2 of 3 steps of run few are over, 1 do not exist yet"},
		{"all", "run", "true", "all 1 steps of run all are over, and 1 succeeded"},
		{"none", "run", "false", "all 1 steps of run none are over, and none succeeded"},
		{"none", "failed(run)", "true", "all 1 steps of run none are over, and none succeeded"},
		{"tidy", "finished(run)", "unknown", "run tidy has no steps yet"},
		{"", "run@nobody", "unknown", "run nobody has no steps yet"},
		{"", "not run", "unknown", "run: the Job belongs to no run"},

		{"", "absent(none) + 20m", "true", "ns/none is absent"},
		{"", "absent(none) + 30m", "unknown", "ns/none is absent, for long enough not before 2026-01-01T00:30:00Z"},
		{"k", "absent(new) + 1m", "false", "ns/new@k exists"},
		{"k", "absent(good) + 1m", "false", "ns/good@k was there: it succeeded"},
		{"k", "absent(yes) + 1m", "true", "ns/yes@k is absent"},
		{"", "absent(hidden) + 1m", "unknown", "absent(hidden) + 1m: ns/hidden: it may not be looked at"},
		{"", "absent(cronjob:load) + 1m", "true", "cronjob:ns/load is absent"},

		{"", "succeeded(yes, result=yes)", "true", `ns/yes succeeded with result "yes"`},
		{"", "succeeded(yes, result=no)", "false", `ns/yes succeeded with result "yes"`},
		{"", "succeeded(yes, result=no, result=yes)", "true", `ns/yes succeeded with result "yes"`},
		{"", `succeeded(empty, result="")`, "true", `ns/empty succeeded with result ""`},
		{"", "succeeded(unread, result=yes)", "unknown", "ns/unread succeeded, and its result is not known yet"},
		{"", "not succeeded(lost, result=yes)", "unknown", "succeeded(lost, result=yes): ns/lost: the pod is gone"},
		{"", "succeeded(ten, result=yes)", "unknown", "succeeded(ten, result=yes): ns/ten: only a Job with one completion has a result, this one has 10"},
		{"", "succeeded(good, result=yes)", "false", "ns/good failed"},
		{"", "succeeded(yes, empty, result=yes) >= 1", "true", "succeeded(yes, empty, result=yes) >= 1: 1 of 2, 1 can no longer"},

		{"", "cronjob:load", "unknown", "cronjob:ns/load@2026-01-01T02:00:00Z has not finished"},
		{"k", "cronjob:load@-1", "true", "cronjob:ns/load@2025-12-31T02:00:00Z succeeded"},
		{"", "failed(cronjob:load@-1)", "false", "cronjob:ns/load@2025-12-31T02:00:00Z succeeded"},
		{"", "failed(cronjob:again) + 1h", "unknown", "failed(cronjob:again) + 1h: not before 2026-01-01T01:10:00Z"},
		{"", "cronjob:load@+1", "unknown", "cronjob:load@+1: there is no such time yet"},
		{"", "cronjob:soon", "unknown", "cronjob:ns/soon@2026-01-01T02:00:00Z has no Job yet"},
		{"", "cronjob:sim[1]", "true", "cronjob:ns/sim@2026-01-01T02:00:00Z[1] succeeded"},
		{"", "cronjob:sim[2]", "unknown", "cronjob:ns/sim@2026-01-01T02:00:00Z[2] has not finished"},
		{"", "cronjob:hourly", "false", "cronjob:hourly: 1 of 3 scheduled times, cronjob:ns/hourly@2026-01-01T02:00:00Z failed"},
		{"", "cronjob:hourly >= 1", "true", "cronjob:hourly >= 1: 1 of 3 scheduled times, cronjob:ns/hourly@2026-01-01T02:00:00Z failed"},
		{"", "finished(cronjob:hourly) >= 3", "unknown", "finished(cronjob:hourly) >= 3: 2 of 3 scheduled times, cronjob:ns/hourly@2026-01-01T03:00:00Z has not finished"},
		{"", "failed(cronjob:hourly) >= 1", "true", "failed(cronjob:hourly) >= 1: 1 of 3 scheduled times, cronjob:ns/hourly@2026-01-01T01:00:00Z succeeded"},
		{"", "not failed(cronjob:hourly) or good", "unknown", "failed(cronjob:hourly): 3 scheduled times are meant: write failed(cronjob:hourly) >= 1 for any of them, failed(cronjob:hourly) >= 100% for all"},
		{"", "failed(cronjob:hourly) + 1m", "unknown", "failed(cronjob:hourly) + 1m: 3 scheduled times are meant: write failed(cronjob:hourly) >= 1 + 1m for any of them, failed(cronjob:hourly) >= 100% + 1m for all"},
	} {
		e, err := Parse(c.text)
		require.NoError(t, err, c.text)
		s := inRun(c.run)
		require.Equal(t, c.value, e.Eval(w, s, at(20)).Value.String(), "%s in run %q", c.text, c.run)
		require.Equal(t, c.words, e.Reasons(w, s, at(20))[0].String(), "%s in run %q", c.text, c.run)
	}
}

func TestAbsenceIsCountedFromWhenItBegan(t *testing.T) {
	e, err := Parse("absent(a) + 10m")
	require.NoError(t, err)
	s := &Subject{Ref: Job("ns", "me"), Object: &Object{Created: at(0)}}
	for since, want := range map[time.Time]Verdict{
		{}: {Next: at(10)}, at(-60): {Next: at(10)}, at(3): {Next: at(13)},
	} {
		require.Equal(t, want, e.Eval(gone{world{}, since}, s, at(5)), since)
	}
	require.Equal(t, Verdict{}, e.Eval(world{}, &Subject{Ref: s.Ref}, at(5)), "it is not known when the Job came")
	require.Equal(t, "ns/a is absent, and since when is not known yet", e.Reasons(world{}, &Subject{Ref: s.Ref}, at(5))[0].String())
}

// gone is a world in which what does not exist went at some time.
type gone struct {
	world
	at time.Time
}

func (g gone) AbsentSince(Ref) time.Time { return g.at }

func TestABranchIsNotTakenOnlyByAResult(t *testing.T) {
	w := runWorld()
	for text, want := range map[string]bool{
		"succeeded(yes, result=no)":                        true,
		"succeeded(yes, result=no), none":                  true,
		"not succeeded(yes, result=yes)":                   true,
		"succeeded(yes, result=no) or good":                true,
		"succeeded(yes, empty, result=x) >= 1":             true,
		"succeeded(yes, result=yes)":                       false,
		"succeeded(yes, result=no), good":                  false,
		"succeeded(good, result=no)":                       false,
		"succeeded(unread, result=no)":                     false,
		"good":                                             false,
		"succeeded(lost, result=no), not succeeded(yes)":   false,
		"succeeded(yes, result=no) or succeeded(none)":     false,
		"(succeeded(yes, result=no) or failed(yes)), none": true,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, e.NotTaken(w, inRun(""), at(20)), text)
	}
}

func TestASetOfArraysWithoutMembersOpensNoElement(t *testing.T) {
	s := &Subject{Ref: Job("ns", "me"), Object: &Object{Created: at(0), Array: &Array{Size: 4}}}
	for _, text := range []string{"nobody-*[i]", "not nobody-*[i]", "cronjob:nobody[i]", "cronjob:soon[i]", "cronjob:load@+1[i-1]"} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		got := e.EvalElements(runWorld(), s, at(20))
		require.Empty(t, got.Open, text)
		require.Empty(t, got.Never, text)
	}
}

func TestAStepNamesItsRun(t *testing.T) {
	for text, want := range map[string]bool{
		"run": true, "a or failed(run)": true, "run@k": true, "run@other": false, "run@k, run@other": true,
		"run-a, a": false, `"run"`: false, "runs(": false, "etl/run": false,
	} {
		require.Equal(t, want, NamesRun(text, "k"), text)
		require.False(t, NamesRun(text, ""), text)
	}
}

func TestWhatARefMeans(t *testing.T) {
	by := step("k", "me")
	for text, want := range map[string]string{
		"a": "ns/a@k", "a@": "ns/a", "a@other": "ns/a@other", "x/a": "x/a@k", "pod:a": "pod:ns/a", "cronjob:a@-1": "cronjob:ns/a@-1",
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		ref := e.Edges()[0].Ref
		require.Equal(t, want, ref.Resolve(by).String(), text)
		require.Equal(t, want, ref.Resolve(by.Superseded("me-2")).String(), text)
	}
	require.Equal(t, "cronjob:ns/a", nightly("ns", "a", "-1").Object().String())
	require.False(t, step("k", "*").Contains(by.Superseded("me-2"), nil), "what is superseded is in no set")
}
