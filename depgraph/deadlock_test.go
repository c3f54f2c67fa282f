package depgraph

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

// jobs makes a graph of lines such as "a: b, c". A flag before the name says
// what else there is to say: - has failed, + has succeeded, ! may be skipped when
// it is false, ~ goes on by the relaxed expression then, ? ends, and = exists and waits for nothing. Names are in
// namespace n.
func jobs(t require.TestingT, lines ...string) *Graph {
	g := New()
	for _, line := range lines {
		ref, n := job(t, line)
		g.Set(ref, n)
	}
	return g
}

func job(t require.TestingT, line string) (lang.Ref, Node) {
	name, text, waits := strings.Cut(line, ": ")
	n := Node{Object: &lang.Object{}, Waits: waits}
	if waits {
		n.Expr = parse(t, text)
	}
	switch flag := name[0]; flag {
	case '-':
		n.Object.Outcome = lang.Failed
	case '+':
		n.Object.Outcome = lang.Succeeded
	case '!':
		n.FailsWhenFalse = true
	case '?':
		n.Ends = true
	case '~':
		n.FailsWhenFalse, n.Relaxes = true, true
	}
	return lang.Job("n", strings.TrimLeft(name, "-+!?=~")), n
}

func names(refs []lang.Ref) string { return strings.ReplaceAll(texts(refs), "n/", "") }

func TestDeadlocks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jobs      string
		wantStuck string
		wantCycle string
	}{
		"two wait for each other":                          {"a: b; b: a", "a b", "a b"},
		"a chain is none":                                  {"a: b; b: c; c: missing", "", ""},
		"in reading order, from the smallest":              {"c: a; b: c; a: b", "a b c", "a b c"},
		"one waits for itself":                             {"a: a", "a", "a"},
		"the shortest of several":                          {"a: b; b: c, d; c: a; d: b", "a b c d", "b d"},
		"of equally short ones the first":                  {"a: c, b; b: a; c: a", "a b c", "a b"},
		"another way out is free":                          {"a: b or x; b: a", "", ""},
		"the other way out has failed":                     {"a: b or x; b: a; -x", "a b", "a b"},
		"the other way out is stuck, too":                  {"a: b or c; b: a; c: a", "a b c", "a b"},
		"one that has finished waits no more":              {"a: b; +b: a", "", ""},
		"one that was released waits no more":              {"a: b; =b", "", ""},
		"what else is waited for does not matter":          {"!a: b, x; !b: a, y", "a b", "a b"},
		"it has failed for another reason":                 {"!a: b, x; !b: a; -x", "", ""},
		"whoever waits behind is in no deadlock":           {"a: b; b: a; c: a", "a b", "a b"},
		"existing is not waited for":                       {"a: exists(b); b: a", "", ""},
		"existence is no part of the cycle":                {"a: exists(d), b; b: c; c: a; d: a", "a b c", "a b c"},
		"starting is":                                      {"a: started(b); b: finished(a)", "a b", "a b"},
		"one may be skipped, and then is finished":         {"!a: b, x; b: finished(a)", "", ""},
		"it waits on when it is false":                     {"a: b, x; b: finished(a)", "a b", "a b"},
		"a timeout ends one, and with it the other's wait": {"?a: b; b: finished(a)", "", ""},
		"a timeout opens neither":                          {"?a: b; b: a", "a b", "a b"},
		"it runs all the same when another is skipped":     {"~a: b; !b: a, x", "", ""},
		"but not if that one waits on":                     {"~a: b; b: a, x", "a b", "a b"},
		"not, of what never comes":                         {"a: not failed(b); b: a", "a b", "a b"},
		"not, of what is skipped":                          {"a: not b; !b: a, x", "", ""},
		"enough others":                                    {"a: succeeded(b, x, y) >= 2; b: a", "", ""},
		"not enough others":                                {"a: succeeded(b, x, y) >= 2; b: a; -x", "a b", "a b"},
		"all that are there":                               {"a: j*; j1: a; =j2", "a j1", "a j1"},
		"another member may come":                          {"a: j* >= 1; j1: a", "", ""},
		"a set never contains who names it":                {"j1: j*; =j2", "", ""},
		"single elements are not looked at":                {"a: b[i]; b: a", "", ""},
		"constant elements are":                            {"a: b[0]; b: a", "", ""},
		"a delay changes nothing":                          {"a: b + 10m; b: a, time(2030-01-01T00:00:00Z)", "a b", "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := jobs(t, strings.Split(test.jobs, "; ")...)
			affected := g.Settle()
			require.Equal(t, test.wantStuck, names(g.Stuck()))
			require.Equal(t, test.wantStuck, names(affected))
			for _, ref := range g.Stuck() {
				require.Equal(t, test.wantCycle, names(g.Cycle(ref)))
			}
		})
	}
}

func TestOneEditFreesAll(t *testing.T) {
	t.Parallel()
	g := jobs(t, "a: b", "b: c", "c: a", "d: e", "e: d")
	require.Equal(t, "a b c d e", names(g.Settle()))
	require.Empty(t, g.Settle(), "nothing changed")
	ref, edited := job(t, "b: x")
	g.Set(ref, edited)
	require.Equal(t, "a b c", names(g.Settle()))
	require.Equal(t, "d e", names(g.Stuck()))

	ref, edited = job(t, "b: a")
	g.Set(ref, edited)
	require.Equal(t, "a b", names(g.Settle()), "c waits for them, but they do not for c")
	require.Equal(t, "a b", names(g.Cycle(lang.Job("n", "a"))))
	g.Remove(ref)
	require.Equal(t, "a", names(g.Settle()))
	require.Nil(t, g.Cycle(ref))
}

// TestStuckMeansThatNoOutcomeOpens tries all that can happen to the Jobs of
// small graphs, in every order.
func TestStuckMeansThatNoOutcomeOpens(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(names)
		monotone := rapid.Bool().Draw(t, "monotone")
		check := rapid.Custom(func(t *rapid.T) string {
			status := rapid.SampledFrom([]string{"%", "%", "finished(%)", "started(%)"})
			if !monotone {
				status = rapid.SampledFrom([]string{"%", "finished(%)", "started(%)", "failed(%)", "skipped(%)", "not %", "not failed(%)", "failed(%, a) >= 1", "succeeded(%, b) == 1"})
			}
			return strings.ReplaceAll(status.Draw(t, "status"), "%", name.Draw(t, "name"))
		})
		model := naive{}
		for _, name := range names {
			n := Node{Object: &lang.Object{}}
			if rapid.IntRange(0, 4).Draw(t, "waits") > 0 {
				checks := rapid.SliceOfN(check, 1, 3).Draw(t, "checks")
				text := strings.Join(checks, rapid.SampledFrom([]string{" and ", " or "}).Draw(t, "operator"))
				n.Waits, n.Expr = true, parse(t, text)
				n.FailsWhenFalse = !monotone && rapid.Bool().Draw(t, "fails")
				n.Relaxes = n.FailsWhenFalse && rapid.Bool().Draw(t, "relaxes")
				n.Ends = !monotone && rapid.IntRange(0, 3).Draw(t, "ends") == 0
			} else if rapid.Bool().Draw(t, "ended") {
				n.Object.Outcome = rapid.SampledFrom([]lang.Outcome{lang.Succeeded, lang.Failed, lang.Skipped}).Draw(t, "outcome")
			}
			model[lang.Job("n", name)] = n
		}
		g := model.rebuilt()
		judged := map[*scc]bool{}
		for _, k := range g.sccs {
			if judged[k] {
				continue
			}
			judged[k] = true
			f := futures{scc: map[lang.Ref]bool{}, opened: map[lang.Ref]bool{}, seen: map[string]bool{}}
			for _, one := range k.members {
				f.scc[one.ref()] = true
			}
			f.from(model)
			j := g.foresee(k)
			for i, one := range k.members {
				opened := f.opened[one.ref()]
				require.False(t, opened && g.Cycle(one.ref()) != nil, "%s can be opened", one.ref())
				require.False(t, opened && j.fates[i] != lang.Free, "%s can be opened", one.ref())
				require.False(t, monotone && !opened && j.fates[i] == lang.Free, "%s cannot be opened", one.ref())
			}
		}
	})
}

// futures tries what can happen while those of one scc only move as their
// expressions let them, and all others as they like.
type futures struct {
	scc    map[lang.Ref]bool
	opened map[lang.Ref]bool
	seen   map[string]bool
}

func (f *futures) from(now naive) {
	var state strings.Builder
	refs := slices.SortedFunc(maps.Keys(now), lang.Ref.Compare)
	for _, ref := range refs {
		o := now[ref].Object
		state.WriteByte(byte('0' + o.Outcome))
		if o.Started {
			state.WriteByte('s')
		}
		if !now[ref].Waits {
			state.WriteByte('r')
		}
	}
	if f.seen[state.String()] {
		return
	}
	f.seen[state.String()] = true
	for _, ref := range refs {
		n := now[ref]
		if n.Object.Outcome != lang.Undecided {
			continue
		}
		held := f.scc[ref] && n.Waits
		verdict := lang.True
		if held {
			v := now.verdict(ref)
			if verdict = v.strict; verdict == lang.False && n.Relaxes {
				verdict = v.relaxed
			}
		}
		move := func(object lang.Object, waits bool) {
			next := maps.Clone(now)
			n := n
			n.Object, n.Waits = &object, waits
			next[ref] = n
			f.from(next)
		}
		if verdict == lang.True {
			f.opened[ref] = f.opened[ref] || held
			move(lang.Object{Started: true}, false)
			move(lang.Object{Started: true, Outcome: lang.Succeeded}, false)
			move(lang.Object{Started: true, Outcome: lang.Failed}, false)
		}
		if !n.Object.Started && (!held || n.Ends || n.FailsWhenFalse && verdict == lang.False) {
			move(lang.Object{Outcome: lang.Skipped}, false)
		}
	}
}
