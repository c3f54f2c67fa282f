package lang

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestADelayCountsFrom has checks whose time is not that of one decision, with
// the time from which they count.
func TestADelayCountsFrom(t *testing.T) {
	own := &Object{UID: "m", Created: at(20), Array: &Array{Size: 4}}
	s := &Subject{Ref: Job("ns", "me"), Object: own}
	w := world{}
	for name, o := range map[string]*Object{
		"new":      {Created: at(30)},
		"good":     {Created: at(1), Outcome: Succeeded, Finished: at(5)},
		"later":    {Created: at(1), Outcome: Succeeded, Finished: at(40)},
		"running":  {Created: at(1), Started: true, StartedAt: at(31)},
		"untimed":  {Created: at(1), Outcome: Failed, Started: true, StartedAt: at(33)},
		"ancient":  {Created: at(1), Outcome: Failed},
		"ageless":  {},
		"signs":    {Started: true, Ready: true, ReadyAt: at(34)},
		"resumed":  {Created: at(1), Started: true},
		"shown":    {Created: at(1), Started: true, Array: &Array{Size: 2, Elements: map[int64]Element{1: {Started: at(35)}}}},
		"array":    {Created: at(32), Array: &Array{Size: 4, Completed: Indexes{{0, 1}}, Elements: map[int64]Element{0: {Finished: at(36)}}}},
		"over":     {Created: at(1), Outcome: Failed, Reason: "Late", Finished: at(37), Array: &Array{Size: 4, Completed: Indexes{{0, 0}}, Failed: Indexes{{1, 1}}, Elements: map[int64]Element{1: {Finished: at(3), Exit: &Exit{Code: 3}}}}},
		"endless":  {Created: at(1), Outcome: Failed, Array: &Array{Size: 2, Elements: map[int64]Element{0: {Finished: at(38)}}}},
		"before-1": {Created: at(2)},
		"other-1":  {Created: at(39)},
	} {
		w.put(Job("ns", name), o)
	}
	never := time.Time{}
	for text, want := range map[string]time.Time{
		"succeeded(new, none) <= 2":                          at(20),
		"succeeded(new, none) >= 0":                          at(20),
		"failed(good, new, none) <= 2":                       at(5),
		"failed(good, later) == 0":                           at(40),
		"succeeded(before-*, made=before) <= 1":              at(20).Add(2 * time.Second),
		"finished(nobody-*, made=before)":                    at(20).Add(2 * time.Second),
		"succeeded(other-*) >= 0":                            at(39),
		"succeeded(before-*) >= 0":                           at(20),
		"succeeded(other-*, none) >= 0":                      at(20),
		"succeeded(array[*]) <= 4":                           at(32),
		"succeeded(array[*]) >= 0%":                          at(32),
		"succeeded(array[*], none[*]) >= 0":                  at(20),
		"succeeded(good, array[*]) <= 5":                     at(32),
		"succeeded(array[*], over[*]) >= 1":                  at(36),
		"succeeded(over[0], array[0]) >= 50%":                at(36),
		"finished(over[0], good, array[2..3]) >= 1":          at(5),
		"finished(over[1], array[2..3]) >= 30%":              at(32),
		"started(untimed)":                                   at(33),
		"failed(untimed)":                                    at(33),
		"failed(ancient)":                                    at(20),
		"skipped(ancient, none) <= 1":                        at(20),
		"skipped(running, none) <= 1":                        at(31),
		"skipped(running, running, new) < 2":                 at(31),
		"exists(ageless)":                                    at(20),
		"exists(signs)":                                      at(34),
		"started(signs)":                                     at(34),
		"started(shown)":                                     at(35),
		"started(resumed)":                                   never,
		"array[0]":                                           at(36),
		"array[1]":                                           never,
		"succeeded(array[*]) >= 1":                           at(36),
		"succeeded(array[*]) >= 2":                           never,
		"over[0]":                                            at(37),
		"failed(over[1])":                                    at(3),
		"failed(over[1], reason=Late)":                       at(37),
		"skipped(shown[*]) <= 0":                             at(35),
		"finished(endless[*])":                               at(38),
		"failed(over[1], over[1], code=4, reason=Late) <= 0": at(3),
		"time(0001-01-01T00:00:00Z)":                         {},
		"time(2026-01-01T00:50:00Z)":                         at(50),
	} {
		e, err := Parse(text + " + 90s")
		require.NoError(t, err, text)
		if want.IsZero() && e.Checks()[0].Status != StatusTime {
			require.Equal(t, Verdict{}, e.Eval(w, s, at(1e6)), text)
			require.True(t, e.Reasons(w, s, at(1e6))[0].Undated, text)
			continue
		}
		until := want.Add(90 * time.Second)
		require.Equal(t, Verdict{Next: until}, e.Eval(w, s, until.Add(-1)), text)
		require.Equal(t, True, e.Eval(w, s, until).Value, text)
	}
}

func TestADelayOfTooManyElementsIsAProblem(t *testing.T) {
	w := world{}
	w.put(Job("ns", "a"), &Object{Outcome: Succeeded, Finished: at(1), Array: &Array{Size: maxSpent + 10, Completed: Between(0, maxSpent+9)}})
	e, err := Parse("a[*] + 90s")
	require.NoError(t, err)
	s := &Subject{Ref: Job("ns", "me")}
	require.Equal(t, Verdict{}, e.Eval(w, s, at(20)))
	require.Equal(t, ProblemTooLarge, e.Reasons(w, s, at(20))[0].Problem.Code)
}

// TestEveryDelayEnds pins that in a world that stays the same each look goes
// further than the one before, until no delay is left but of what the world has
// still to say.
func TestEveryDelayEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		w, s, now = extended(t, w, s, now)
		forget(t, w, true)
		end := start.AddDate(0, 0, 2) // all is known before, and the longest delay is a day

		follow := func(what string, next func(time.Time) time.Time) {
			for look, steps := now, 0; ; steps++ {
				then := next(look)
				if then.IsZero() {
					break
				}
				require.True(t, then.After(look) && then.Before(end) && steps < 20*len(e.Checks()), "%s of %s: %s, then %s", what, e, look, then)
				look = then
			}
		}
		follow("the Job", func(look time.Time) time.Time { return e.Eval(w, s, look).Next })
		follow("the elements", func(look time.Time) time.Time { return e.EvalElements(w, s, look).Next })

		for _, c := range e.Checks() {
			atOnce := *c
			atOnce.Delay = 0
			for index := int64(-1); index < s.Object.Array.Size; index++ {
				if index < 0 == mentionsElement(c) {
					continue
				}
				v := view{world: w, subject: s, now: end, index: index}
				f, want := v.check(c, false), v.check(&atOnce, false)
				require.Zero(t, f.until, "%s", c)
				if f.undated {
					require.Equal(t, True, want.value, "%s", c)
					require.True(t, hasMoreToSay(w), "%s", c)
					continue
				}
				require.Equal(t, want.value, f.value, "%s", c)
			}
		}
	})
}

// TestWhatIsNotKnownMakesNoDelayShorter compares with a world that knows more
// times of what still goes on.
func TestWhatIsNotKnownMakesNoDelayShorter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		w, s, now = extended(t, w, s, now)
		now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "minutes")) * time.Minute)
		full, fullElements := e.Eval(w, s, now), e.EvalElements(w, s, now)
		forget(t, w, false)
		less, lessElements := e.Eval(w, s, now), e.EvalElements(w, s, now)
		if less.Value != Unknown {
			require.Equal(t, full.Value, less.Value, "%s", e)
		}
		require.Empty(t, lessElements.Open.Minus(fullElements.Open), "%s", e)
		require.Empty(t, lessElements.Never.Minus(fullElements.Never), "%s", e)
	})
}

// forget takes times from the objects of a world, of ends and beginnings too if
// all is set.
func forget(t *rapid.T, w world, all bool) {
	yes := func() bool { return rapid.IntRange(0, 2).Draw(t, "forgets") == 0 }
	for _, ref := range append(things(), Job("ns", "me"), step("k", "me")) {
		name, o := ref.Name, w[ref]
		if o == nil {
			continue
		}
		if yes() {
			o.StartedAt = time.Time{}
		}
		if all && yes() {
			o.Finished = time.Time{}
		}
		if all && name != "me" && yes() {
			o.Created = time.Time{}
		}
		if o.Outcome == Undecided && o.Started && all {
			o.Ready = yes()
		}
		if o.Array == nil {
			continue
		}
		for i := range o.Array.Size {
			if e := o.Array.Elements[i]; yes() {
				e.Finished = time.Time{}
				o.Array.Elements[i] = e
			}
		}
	}
}

// hasMoreToSay reports whether something goes on of which not all times are known.
func hasMoreToSay(w world) bool {
	for _, o := range w {
		if o != nil && o.Outcome == Undecided && (o.Array != nil || o.Started && o.StartedAt.IsZero() || o.Ready && o.ReadyAt.IsZero()) {
			return true
		}
	}
	return false
}
