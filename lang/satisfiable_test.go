package lang

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func fates(list map[string]Fate) func(Ref) Fate {
	return func(ref Ref) Fate { return list[ref.Name] }
}

func TestWhatIsPossible(t *testing.T) {
	t.Parallel()
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Created: at(0), UID: "m"}}
	fate := fates(map[string]Fate{"new": Frozen, "none": OnlySkipped, "shard-2": Frozen, "half": Frozen})
	for text, want := range map[string]string{
		"running":                        "true or false",
		"good":                           "true",
		"bad":                            "false",
		"absent":                         "true or false",
		"finished(running)":              "true",
		"new":                            "neither: new",
		"new, running":                   "false: new",
		"new, bad":                       "false: new",
		"new or running":                 "true",
		"new or bad":                     "neither: new",
		"not failed(new)":                "neither: new",
		"exists(new)":                    "true",
		"started(new)":                   "neither: new",
		"none":                           "false: none",
		"finished(none)":                 "true",
		"skipped(none)":                  "true",
		"failed(none)":                   "false: none",
		"not none":                       "true",
		"new + 10m":                      "neither: new",
		"time(2040-01-01T00:00:00Z)":     "true",
		"succeeded(new, running) >= 1":   "true",
		"succeeded(new, running) >= 2":   "false: new",
		"succeeded(new, good) >= 2":      "neither: new",
		"succeeded(new, good, bad) <= 2": "true",
		"succeeded(new, good) == 1":      "neither: new",
		"succeeded(new, bad, bad) != 3":  "true",
		"shard-*":                        "false: shard-2",
		"shard-* >= 2":                   "true",
		"finished(half[*])":              "neither: half",
		"succeeded(half[*]) >= 50%":      "true",
		"succeeded(half[*]) >= 60%":      "neither: half",
		"half[i]":                        "true or false",
		"hidden":                         "true or false",
		"lost or failed(lost, code=3)":   "true or false",
		"exists(new), (new or none)":     "neither: new none",
		"ready(serving)":                 "true or false",
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, foreseen(e, w, s, fate), text)
	}
}

// A run has at least as many steps as somebody said. That it has no more is taken for granted, but
// for what the expression itself waits for.
func TestWhatIsPossibleOfARunWithAllItsSteps(t *testing.T) {
	t.Parallel()
	w := world{
		step("k", "a"): {Created: at(0), RunSize: 3}, step("k", "b"): {Created: at(0), RunSize: 3},
		step("k", "me"):   {Created: at(0), RunSize: 3, NamesRun: true},
		step("old", "a"):  {Created: at(0), RunSize: 1},
		step("none", "b"): {Created: at(0), RunSize: 1, NamesRun: true},
	}
	for _, c := range []struct {
		text, want string
		fate       map[string]Fate
	}{
		{"run", "false: a b", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"c, run", "true or false", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"run, succeeded(c, made=before)", "true or false", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"c@k[1] or run", "true or false", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"absent(c) + 1m, run", "true or false", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"g-* >= 1, run", "true or false", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"c, run", "false: c a b", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped, "c": Frozen}},
		{"exists(a), run", "false: a b", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"c@, run", "false: a b", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"finished(c@old), run", "false: a b", map[string]Fate{"a": OnlySkipped, "b": OnlySkipped}},
		{"run@old", "false: a", map[string]Fate{"a": OnlySkipped}},
		{"finished(c@old), run@old", "true or false", map[string]Fate{"a": OnlySkipped}},

		{"failed(run)", "neither: a b", map[string]Fate{"a": Frozen, "b": Frozen}},
		{"finished(c), failed(run)", "true", map[string]Fate{"a": Frozen, "b": Frozen}},
		{"finished(c), run", "false: a b", map[string]Fate{"a": Frozen, "b": Frozen}},
		{"finished(c), finished(run)", "neither: a b", map[string]Fate{"a": Frozen, "b": Frozen}},
		{"finished(run@none)", "neither", nil},
		{"finished(c@none), finished(run@none)", "true", map[string]Fate{"c": OnlySkipped}},
	} {
		e, err := Parse(c.text)
		require.NoError(t, err, c.text)
		s := &Subject{Ref: step("k", "me"), Object: w[step("k", "me")]}
		require.Equal(t, c.want, foreseen(e, w, s, fates(c.fate)), "%s, with %v", c.text, c.fate)
	}
}

// foreseen is what can become of an expression, and who keeps it from being true.
func foreseen(e *Expr, w World, s *Subject, fate func(Ref) Fate) string {
	yes, no := e.Satisfiable(w, s, fate)
	possible := map[[2]bool]string{{true, true}: "true or false", {true, false}: "true", {false, true}: "false", {}: "neither"}[[2]bool{yes, no}]
	var names []string
	for _, ref := range e.Blockers(w, s, fate) {
		names = append(names, ref.Name)
	}
	if len(names) > 0 {
		possible += ": " + strings.Join(names, " ")
	}
	return possible
}

// TestPossibleIsWhatSomeFutureBrings tries every way in which the objects of a
// small world may go on.
func TestPossibleIsWhatSomeFutureBrings(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, false))
		require.NoError(t, err)
		w, s, _ := drawWorld(t)
		if e.NamesRun("k") { // all ways of a long run are too many
			maps.DeleteFunc(w, func(ref Ref, _ *Object) bool {
				return ref.Run == "k" && ref.Name != "a" && ref.Name != "b" && ref.Name != "me"
			})
			for _, o := range w {
				if o != nil {
					o.RunSize = min(o.RunSize, 3)
				}
			}
		}
		f := future{fate: map[Ref]Fate{}, options: map[Ref][]*Object{}, exact: true}
		f.look(t, e, w, s)
		if f.ways() > 20_000 {
			t.Skip("too many futures")
		}
		yes, no := e.Satisfiable(w, s, func(ref Ref) Fate { return f.fate[ref] })
		var canYes, canNo bool
		f.each(w, func(w world) {
			switch e.Eval(w, s, start.AddDate(100, 0, 0)).Value {
			case True:
				canYes = true
			case False:
				canNo = true
			}
		})
		require.False(t, canYes && !yes, "%s can become true", e)
		require.False(t, canNo && !no, "%s can become false", e)
		if f.exact {
			require.Equal(t, canYes, yes, "%s becomes true", e)
			require.Equal(t, canNo, no, "%s becomes false", e)
		}
		blockers := e.Blockers(w, s, func(ref Ref) Fate { return f.fate[ref] })
		if free, _ := e.Satisfiable(w, s, func(Ref) Fate { return Free }); free && !yes {
			require.NotEmpty(t, blockers, "%s", e)
		}
		if yes {
			require.Empty(t, blockers, "%s", e)
		}
	})
}

// future is all ways in which the objects that an expression names may go on.
type future struct {
	fate    map[Ref]Fate
	refs    []Ref
	options map[Ref][]*Object
	// exact says that no object appears twice, and none with elements.
	exact bool
	// results says that somebody asks for them.
	results bool
}

func (f *future) look(t *rapid.T, e *Expr, w world, s *Subject) {
	for _, c := range e.Checks() {
		f.results = f.results || len(c.Results) > 0
	}
	for _, c := range e.Checks() {
		// A count that is right from the start has no time from which to delay.
		f.exact = f.exact && (c.Delay == 0 || c.Compare == nil)
		for _, target := range c.Targets {
			ref := target.Ref.Resolve(s.Ref)
			switch {
			case target.WholeRun:
				f.addRun(t, ref.Run, w, s)
				continue
			case ref.Kind == KindCronJob && c.Status != StatusAbsent:
				f.addTimes(t, c, ref, w, target.Elements != nil)
				continue
			case !ref.IsSet():
				f.exact = f.exact && (w[ref] != nil || !asksOfRun(e, s, ref.Run)) // what comes, comes to its run, too
				f.add(t, ref, w[ref], target.Elements != nil)
				continue
			}
			if f.exact = f.exact && strings.HasPrefix(ref.Name, "g-"); !f.exact {
				continue
			}
			for _, name := range []string{"g-1", "g-2", "g-3", "g-4"} {
				member := ref.member(Member{Name: name})
				f.add(t, member, w[member], target.Elements != nil)
			}
			f.exact = f.exact && !asksOfRun(e, s, ref.Run)
		}
	}
}

// asksOfRun reports whether an expression asks about a run as a whole.
func asksOfRun(e *Expr, s *Subject, run string) bool {
	return slices.ContainsFunc(e.Checks(), func(c *Check) bool {
		return slices.ContainsFunc(c.Targets, func(t Target) bool { return t.WholeRun && t.Ref.Resolve(s.Ref).Run == run })
	})
}

// addRun adds the steps of a run, those that will come for sure, and one that may.
func (f *future) addRun(t *rapid.T, run string, w world, s *Subject) {
	if run == "" {
		f.exact = false
		return
	}
	there, size := int64(0), int64(0)
	for ref, o := range w {
		if ref.Kind == KindJob && ref.Run == run {
			there, size = there+1, max(size, o.RunSize)
		}
	}
	for _, name := range []string{"a", "b", "c", "zz"} {
		ref := step(run, name)
		switch o := w[ref]; {
		case o != nil:
			f.add(t, ref, o, false)
		case size == 0 && name == "zz", there < size:
			there++
			f.exact = f.exact && f.options[ref] == nil
			if f.options[ref] == nil {
				f.refs, f.options[ref] = append(f.refs, ref), f.waysOf(nil, Free)
			}
		}
	}
	f.exact = f.exact && there >= size
}

// addTimes adds the runs of a CronJob.
func (f *future) addTimes(t *rapid.T, c *Check, ref Ref, w world, elements bool) {
	members, _ := w.Members(ref)
	f.exact = f.exact && len(members) > 0 && c.anyOrAll(ref, members) == nil
	for _, m := range members {
		f.add(t, ref.member(m), m.Object, elements)
	}
}

// waysOf are the ways in which one object may go on.
func (f *future) waysOf(o *Object, fate Fate) []*Object { return options(o, fate, f.results) }

func (f *future) add(t *rapid.T, ref Ref, o *Object, elements bool) {
	f.exact = f.exact && f.options[ref] == nil && !elements
	if f.options[ref] != nil {
		return
	}
	if o != nil || !strings.HasPrefix(ref.Name, "g-") && ref.Name != "zz" {
		f.fate[ref] = rapid.SampledFrom([]Fate{Free, Free, OnlySkipped, Frozen}).Draw(t, "fate")
	}
	if o != nil && o.Started && f.fate[ref] == OnlySkipped {
		f.fate[ref] = Frozen // what has started cannot be skipped any more
	}
	f.refs = append(f.refs, ref)
	f.options[ref] = f.waysOf(o, f.fate[ref])
}

// options are the ways in which one object may go on; the first is as it is.
func options(o *Object, fate Fate, results bool) []*Object {
	list := []*Object{o}
	with := func(change func(*Object)) {
		c := &Object{UID: "new", Created: start.Add(time.Hour)}
		if o != nil {
			c = copied(o)
		}
		change(c)
		list = append(list, c)
	}
	end := func(outcome Outcome, reason string, code int32) {
		with(func(c *Object) {
			c.Outcome, c.Reason, c.Finished, c.Exit = outcome, reason, start, &Exit{Code: code}
			if outcome != Skipped && !c.Started {
				c.Started, c.StartedAt = true, start
			}
		})
	}
	succeed := func() {
		for _, value := range []string{"yes", "no", "", "other"} {
			if results {
				with(func(c *Object) {
					c.Outcome, c.Finished, c.Started, c.Result = Succeeded, start, true, &Result{Value: value}
				})
			}
		}
	}
	switch {
	case fate == Frozen:
	case o != nil && o.Outcome == Succeeded && (o.Result == nil || o.Result.Lost != ""):
		succeed()
	case o != nil && o.Outcome != Undecided && o.Outcome != Failed:
	case fate == OnlySkipped:
		if o == nil || o.Outcome == Undecided {
			end(Skipped, "", 0)
		}
	case o != nil && o.Outcome == Failed:
		for _, code := range []int32{3, 9, 1} {
			if o.Exit == nil || o.Exit.Lost {
				end(Failed, o.Reason, code)
			}
		}
	default:
		with(func(c *Object) { c.Started, c.StartedAt, c.Ready, c.ReadyAt = true, start, true, start })
		end(Succeeded, "", 0)
		succeed()
		end(Failed, "Late", 3)
		end(Failed, "Error", 1)
		end(Failed, "Late", 1)
		end(Failed, "Late", 9)
		end(Failed, "Error", 9)
		if o == nil || !o.Started {
			end(Skipped, "", 0)
		}
	}
	return list
}

func (f *future) ways() int {
	n := 1
	for _, ref := range f.refs {
		n = min(n*len(f.options[ref]), 1<<40)
	}
	return n
}

func (f *future) each(w world, visit func(world)) {
	now := world{}
	for ref, o := range w {
		now[ref] = o
	}
	var choose func(int)
	choose = func(i int) {
		if i == len(f.refs) {
			visit(now)
			return
		}
		for _, o := range f.options[f.refs[i]] {
			if delete(now, f.refs[i]); o != nil || f.refs[i].Kind == KindCronJob {
				now[f.refs[i]] = o
			}
			choose(i + 1)
		}
	}
	choose(0)
}
