package lang

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// at is minutes after the start of all tests.
func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

func ended(outcome Outcome) *Object {
	return &Object{Outcome: outcome, Started: outcome != Skipped, StartedAt: at(1), Finished: at(10), Created: at(0)}
}

func failedWith(reason string, exit *Exit) *Object {
	o := ended(Failed)
	o.Reason, o.Exit = reason, exit
	return o
}

// someWorld has Jobs named for what is known of them.
func someWorld() world {
	w := world{}
	for name, o := range map[string]*Object{
		"new":         {Created: at(0)},
		"running":     {Created: at(0), Started: true, StartedAt: at(1)},
		"serving":     {Created: at(0), Started: true, StartedAt: at(1), Ready: true, ReadyAt: at(2)},
		"good":        ended(Succeeded),
		"bad":         ended(Failed),
		"skip":        ended(Skipped),
		"late":        failedWith("DeadlineExceeded", nil),
		"exit3":       failedWith("BackoffLimitExceeded", &Exit{Code: 3}),
		"lost":        failedWith("BackoffLimitExceeded", &Exit{Lost: true}),
		"hidden":      {Problem: &Problem{Code: ProblemForbidden, Message: "it may not be looked at"}},
		"shard-1":     ended(Succeeded),
		"shard-2":     {Created: at(0)},
		"run-old":     {Created: at(-60), UID: "1", Outcome: Succeeded, Finished: at(-30)},
		"run-same":    {Created: at(0), UID: "a"},
		"run-younger": {Created: at(0), UID: "z"},
		"half":        {Created: at(0), Started: true, Array: &Array{Size: 10, PerIndex: true, Completed: Indexes{{0, 4}}, Failed: Indexes{{5, 5}}, Started: Indexes{{6, 7}}, Ready: Indexes{{6, 6}}}},
		"broken":      {Outcome: Failed, Finished: at(10), Reason: "BackoffLimitExceeded", Array: &Array{Size: 4, Completed: Indexes{{0, 1}}}},
		"skiparray":   {Outcome: Skipped, Finished: at(10), Array: &Array{Size: 4}},
	} {
		w.put(Job("etl", name), o)
	}
	w.put(Job("other", "good"), ended(Failed))
	return w
}

func TestEachStatusOfEachState(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Created: at(0), UID: "m"}}
	states := []string{"none", "new", "running", "serving", "good", "bad", "skip", "hidden"}
	for status, want := range map[Status]string{
		StatusSucceeded: "? ? ? ? T F F ?",
		StatusFailed:    "? ? ? ? F T F ?",
		StatusSkipped:   "? ? F F F F T ?",
		StatusFinished:  "? ? ? ? T T T ?",
		StatusStarted:   "? ? T T T T F ?",
		StatusReady:     "? ? ? T T F F ?",
		StatusExists:    "? T T T T T T ?",
	} {
		got := ""
		for _, name := range states {
			e, err := Parse(string(status) + "(" + name + ")")
			require.NoError(t, err)
			got += " " + map[Value]string{Unknown: "?", True: "T", False: "F"}[e.Eval(w, s, at(20)).Value]
		}
		require.Equal(t, " "+want, got, string(status))
	}
}

func TestValuesOfExpressions(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Created: at(0), UID: "m"}}
	for text, want := range map[string]Value{
		"good":                                  True,
		"other/good":                            False,
		"good, new":                             Unknown,
		"bad, new":                              False,
		"good or new":                           True,
		"bad or new":                            Unknown,
		"bad or skip":                           False,
		"not bad":                               True,
		"not good":                              False,
		"not none":                              Unknown,
		"not hidden":                            Unknown,
		"hidden or good":                        True,
		"hidden, bad":                           False,
		"not (good and new)":                    Unknown,
		"not (bad or skip)":                     True,
		"skip or failed(skip)":                  False,
		"finished(skip)":                        True,
		"failed(late, reason=DeadlineExceeded)": True,
		"failed(late, reason=Other)":            False,
		"failed(late, reason=Other, reason=DeadlineExceeded)": True,
		"failed(exit3, code=3)":                               True,
		"failed(exit3, code=1..5)":                            True,
		"failed(exit3, code=4..5)":                            False,
		"failed(exit3, code=4, code=3)":                       True,
		"failed(exit3, code=3, reason=Other)":                 False,
		"failed(late, code=3)":                                Unknown,
		"failed(late, code=3, reason=Other)":                  False,
		"failed(lost, code=3)":                                Unknown,
		"not failed(lost, code=3)":                            Unknown,
		"failed(good, code=3)":                                False,
		"succeeded(good, new)":                                Unknown,
		"succeeded(good, bad)":                                False,
		"succeeded(good, good)":                               True,
		"succeeded(good, new, bad) >= 1":                      True,
		"succeeded(good, new, bad) >= 2":                      Unknown,
		"succeeded(good, new, bad) >= 3":                      False,
		"succeeded(good, new, bad) < 3":                       True,
		"succeeded(good, new, bad) == 1":                      Unknown,
		"succeeded(good, bad) == 1":                           True,
		"succeeded(good, bad) != 1":                           False,
		"succeeded(good, good, bad) >= 2":                     False,
		"succeeded(good, etl/good, other/good) >= 2":          False,
		"failed(good, bad, new) >= 1":                         True,
		"failed(good, bad, hidden) >= 2":                      Unknown,
		"finished(good, bad) >= 100%":                         True,
		"succeeded(good, bad, new) >= 33%":                    True,
		"succeeded(good, bad, new) >= 34%":                    Unknown,
		"succeeded(good, bad, new) > 67%":                     False,
		"shard-*":                                             Unknown,
		"exists(shard-*)":                                     True,
		"succeeded(shard-*) >= 1":                             True,
		"succeeded(shard-*) >= 2":                             Unknown,
		"succeeded(shard-*, bad) >= 5":                        Unknown,
		"succeeded(shard-*, bad)":                             False,
		"nobody-*":                                            Unknown,
		"finished(run-*, made=before)":                        Unknown,
		"finished(run-*, made=before) >= 1":                   True,
		"finished(run-old, made=before)":                      True,
		"finished(run-younger, made=before)":                  True,
		"finished(nobody-*, made=before)":                     True,
		"finished(nobody-*, made=before) >= 7":                True,
		"succeeded(half[*]) >= 50%":                           True,
		"succeeded(half[*]) >= 60%":                           Unknown,
		"succeeded(half[*]) >= 100%":                          False,
		"half[*]":                                             False,
		"half[0..4]":                                          True,
		"half[4..6]":                                          False,
		"half[0..2:2, 4]":                                     True,
		"failed(half[5])":                                     True,
		"failed(half[*]) >= 1":                                True,
		"failed(half[0..4, 6]) == 0":                          Unknown,
		"failed(half[0..4]) == 0":                             True,
		"finished(half[0..5])":                                True,
		"started(half[0..7])":                                 True,
		"started(half[8])":                                    Unknown,
		"ready(half[0, 6])":                                   True,
		"ready(half[5])":                                      False,
		"skipped(half[8])":                                    False,
		"exists(half[9])":                                     True,
		"half[10]":                                            Unknown,
		"not half[10]":                                        Unknown,
		"half[9..20]":                                         Unknown,
		"good[0]":                                             Unknown,
		"half":                                                Unknown,
		"failed(broken[*]) >= 2":                              True,
		"failed(broken[2..3]) >= 100%":                        True,
		"failed(broken[2], reason=BackoffLimitExceeded)":      True,
		"failed(half[5], reason=Any)":                         Unknown,
		"skiparray[0]":                                        False,
		"skipped(skiparray[*]) >= 100%":                       True,
		"finished(skiparray[3])":                              True,
		"succeeded(half[0..4], good, shard-1) >= 7":           True,
		"succeeded(half[*], half[0..4]) >= 6":                 Unknown,
		"succeeded(none[*], good) >= 1":                       True,
		"succeeded(none[*], good) <= 0":                       False,
		"succeeded(none[*], good) <= 1":                       Unknown,
		"succeeded(none[*], good) >= 50%":                     Unknown,
		"good + 9m":                                           True,
		"good + 11m":                                          Unknown,
		"bad + 11m":                                           False,
		"started(running) + 19m":                              True,
		"started(running) + 20m":                              Unknown,
		"exists(new) + 20m":                                   True,
		"ready(serving) + 18m":                                True,
		"succeeded(run-old, good) >= 1 + 40m":                 True,
		"succeeded(run-old, good) >= 2 + 40m":                 Unknown,
		"succeeded(run-old, good) >= 2 + 10m":                 True,
		"failed(run-old, good, bad) <= 1 + 10m":               True,
		"time(2026-01-01T00:20:00Z)":                          True,
		"time(2026-01-01T00:20:01Z)":                          Unknown,
		"time(2026-01-01T00:15:00Z) + 5m":                     True,
		"time(2026-01-01T00:15:00Z) + 6m":                     Unknown,
		"cronjob:good":                                        Unknown,
		"half[i]":                                             True,
		"half[i], bad":                                        False,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want.String(), e.Eval(w, s, at(20)).Value.String(), text)
	}
}

func TestADecisionOnWhatWasMadeBeforeWaitsTwoSeconds(t *testing.T) {
	e, err := Parse("finished(run-*, made=before)")
	require.NoError(t, err)
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Created: at(0), UID: "m"}}
	require.Equal(t, Verdict{Next: at(0).Add(2 * time.Second)}, e.Eval(world{}, s, at(0)))
	require.Equal(t, Verdict{Value: True}, e.Eval(world{}, s, at(0).Add(2*time.Second)))
}

func TestTheVerdictSaysWhenToLookAgain(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me")}
	for text, want := range map[string]time.Time{
		"good + 30m, run-old + 2h":               at(40),
		"good + 30m or new":                      at(40),
		"time(2026-01-01T03:00:00Z), good + 30m": at(40),
		"new + 10m":                              {},
		"good + 30m, bad":                        {},
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, e.Eval(w, s, at(20)).Next, text)
	}
}

func TestReasonsNameWhatDecides(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Created: at(0), UID: "m"}}
	for text, want := range map[string][]string{
		"good, running":                 {"etl/running has not finished"},
		"none":                          {"etl/none does not exist"},
		"good, bad, exit3":              {"etl/bad failed"},
		"exit3":                         {"etl/exit3 failed with exit code 3"},
		"late, new":                     {"etl/late failed (DeadlineExceeded)"},
		"good, run-old":                 {"etl/good succeeded", "etl/run-old succeeded"},
		"(bad and late) or (skip, new)": {"etl/bad failed", "etl/skip was skipped"},
		"(good and run-old) or shard-1": {"etl/shard-1 succeeded"},
		"not bad":                       {"etl/bad failed"},
		"new or (bad and none)":         {"etl/new has not finished"},
		"started(new), ready(running)":  {"etl/new has not started", "etl/running is not ready"},
		"hidden":                        {"hidden: etl/hidden: it may not be looked at"},
		"half[10]":                      {"half[10]: etl/half: it has no such element, only 0 to 9"},
		"succeeded(half[*]) >= 60%":     {"half[*] >= 60%: 5 of 10, 1 can no longer"},
		"succeeded(shard-*) >= 2":       {"shard-* >= 2: 1 of 2"},
		"nobody-*":                      {"nobody-*: there is none"},
		"good + 1h":                     {"good + 1h: not before 2026-01-01T01:10:00Z"},
		"time(2026-01-01T00:20:00Z)":    {"time(2026-01-01T00:20:00Z) has passed"},
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		var got []string
		for _, r := range e.Reasons(w, s, at(20)) {
			got = append(got, r.String())
		}
		require.Equal(t, want, got, text)
	}
}

func TestNamesAreDecidedWithoutAllocation(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me")}
	e, err := Parse("good, etl/good, other/good")
	require.NoError(t, err)
	require.Zero(t, testing.AllocsPerRun(100, func() { e.Eval(w, s, at(20)) }))
}
