package limit

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// job is who waits in the tests.
type job struct {
	namespace string
	priority  int
	number    int
	needs     Needs
}

func before(a, b *job) bool {
	return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.number, b.number)) < 0
}

func (j *job) String() string { return fmt.Sprintf("%s-%d", j.namespace, j.number) }

// naive is a pool as a list that is searched each time.
type naive struct {
	tokens  map[Name]int64
	held    map[*job]Needs
	waiting []*job
	given   map[string]float64
}

func (n *naive) used(name Name) (used int64) {
	for _, needs := range n.held {
		for _, need := range needs {
			if need.Limit == name {
				used += need.Tokens
			}
		}
	}
	return used
}

func (n *naive) wait(j *job) {
	if !slices.ContainsFunc(n.waiting, func(o *job) bool { return o.namespace == j.namespace }) {
		least, any := 0.0, false
		for _, o := range n.waiting {
			if g := n.given[o.namespace]; !any || g < least {
				least, any = g, true
			}
		}
		n.given[j.namespace] = max(n.given[j.namespace], least)
	}
	n.waiting = append(n.waiting, j)
}

func (n *naive) leave(j *job) {
	n.waiting = slices.DeleteFunc(n.waiting, func(o *job) bool { return o == j })
	if len(n.waiting) == 0 {
		clear(n.given)
	}
}

// next goes through all who wait, one by one.
func (n *naive) next() *job {
	slices.SortFunc(n.waiting, func(a, b *job) int {
		if a.namespace != b.namespace {
			return cmp.Or(cmp.Compare(n.given[a.namespace], n.given[b.namespace]), cmp.Compare(a.namespace, b.namespace))
		}
		if before(a, b) {
			return -1
		}
		return 1
	})
	reserved := map[Name]bool{}
	for _, j := range n.waiting {
		fits, possible, share := true, true, 0.0
		for _, need := range j.needs {
			tokens, exists := n.tokens[need.Limit]
			fits = fits && exists && need.Tokens <= tokens-n.used(need.Limit) && !reserved[need.Limit]
			possible = possible && exists && need.Tokens <= tokens
			share = max(share, float64(need.Tokens)/float64(max(tokens, 1)))
		}
		switch {
		case fits:
			n.given[j.namespace] += share
			n.leave(j)
			n.held[j] = j.needs
			return j
		case possible:
			for _, need := range j.needs {
				if need.Tokens > n.tokens[need.Limit]-n.used(need.Limit) {
					reserved[need.Limit] = true
				}
			}
		}
	}
	return nil
}

var names = []Name{{"m", "x"}, {"m", "y"}, {"n", "x"}}

func drawNeeds(t *rapid.T) (needs Needs) {
	for _, name := range names {
		if n := rapid.IntRange(-3, 4).Draw(t, "tokens of "+name.String()); n > 0 {
			needs = append(needs, Need{name, int64(n)})
		}
	}
	if len(needs) == 0 {
		return Needs{{names[0], 1}}
	}
	return needs
}

// TestPoolIsTheNaiveOne plays random limits, Jobs and ends, and shows that nobody is ever
// given what is not there.
func TestPoolIsTheNaiveOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := NewPool(before)
		n := &naive{tokens: map[Name]int64{}, held: map[*job]Needs{}, given: map[string]float64{}}
		var all []*job
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0:
				name, tokens := rapid.SampledFrom(names).Draw(t, "limit"), rapid.IntRange(-1, 6).Draw(t, "tokens")
				if tokens < 0 {
					delete(n.tokens, name)
					p.RemoveLimit(name)
				} else {
					n.tokens[name] = int64(tokens)
					p.SetLimit(name, int64(tokens))
				}
			case 1, 2:
				j := &job{namespace: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "namespace"), priority: rapid.IntRange(0, 2).Draw(t, "priority"), number: i, needs: drawNeeds(t)}
				all = append(all, j)
				n.wait(j)
				p.Wait(j, j.namespace, j.needs)
			case 3:
				if len(all) > 0 {
					j := rapid.SampledFrom(all).Draw(t, "ends")
					delete(n.held, j)
					p.Release(j)
				}
			case 4:
				if len(all) > 0 {
					j := rapid.SampledFrom(all).Draw(t, "leaves")
					n.leave(j)
					p.Leave(j)
				}
			case 5: // what runs unheld holds what is not there
				j := &job{namespace: "a", number: i, needs: drawNeeds(t)}
				all = append(all, j)
				n.held[j] = j.needs
				p.Hold(j, j.needs)
			default:
				want := n.next()
				line := p.Line()
				got, ok := p.Next()
				require.Equal(t, want != nil, ok)
				require.Len(t, line, len(p.line.at)+map[bool]int{true: 1}[ok], "all who wait have a place")
				require.Equal(t, ok, slices.ContainsFunc(line, func(one Place[*job]) bool {
					return one.Who == got && len(one.Lacks)+len(one.Reserved) == 0
				}))
				require.Equal(t, ok, slices.ContainsFunc(line, func(one Place[*job]) bool { return len(one.Lacks)+len(one.Reserved) == 0 }))
				require.Same(t, want, got)
				if ok {
					for _, need := range got.needs {
						tokens, used, exists := p.Tokens(need.Limit)
						require.True(t, exists)
						require.LessOrEqual(t, used, tokens)
					}
				}
			}
			for _, name := range names {
				_, used, exists := p.Tokens(name)
				_, want := n.tokens[name]
				require.Equal(t, want, exists)
				require.Equal(t, n.used(name), used)
			}
		}
		for _, j := range all {
			p.Leave(j)
			p.Release(j)
		}
		for _, name := range names {
			p.RemoveLimit(name)
		}
		require.Empty(t, p.limits)
		require.Empty(t, p.line.groups)
	})
}

// TestEverybodyRuns shows that with finitely many Jobs all that can run do, whatever they
// use of whatever limits, while others come.
func TestEverybodyRuns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := NewPool(before)
		p.line.mostGroups = rapid.IntRange(0, 5).Draw(t, "groups")
		for _, name := range names {
			p.SetLimit(name, 4)
		}
		var running []*job
		ran := map[*job]bool{}
		jobs := rapid.IntRange(1, 40).Draw(t, "jobs")
		for i := 0; len(ran) < jobs; i++ {
			require.Less(t, i, 1000, "somebody waits forever")
			if i < jobs {
				j := &job{namespace: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "namespace"), priority: rapid.IntRange(0, 2).Draw(t, "priority"), number: i, needs: drawNeeds(t)}
				p.Wait(j, j.namespace, j.needs)
			}
			for who, ok := p.Next(); ok; who, ok = p.Next() {
				running, ran[who] = append(running, who), true
			}
			if len(running) > 0 {
				at := rapid.IntRange(0, len(running)-1).Draw(t, "ends")
				p.Release(running[at])
				running = slices.Delete(running, at, at+1)
			}
		}
	})
}

func TestOneThatWantsAllIsNotStarvedByOnes(t *testing.T) {
	t.Parallel()
	for _, namespace := range []string{"same", "other"} {
		p := NewPool(before)
		x := Name{"n", "x"}
		p.SetLimit(x, 5)
		var running []*job
		one := func(i int) {
			p.Wait(&job{namespace: "same", number: i}, "same", Needs{{x, 1}})
		}
		for i := range 5 {
			one(i)
			who, ok := p.Next()
			require.True(t, ok)
			running = append(running, who)
		}
		big := &job{namespace: namespace, number: 5}
		p.Wait(big, namespace, Needs{{x, 5}})
		for i := 6; ; i++ {
			require.Less(t, i, 20, "it waits forever beside a stream of ones")
			one(i)
			p.Release(running[0])
			running = running[1:]
			who, ok := p.Next()
			if ok && who == big {
				break
			}
			require.False(t, ok, "what comes back is reserved")
			if len(running) == 0 {
				t.Fatal("all is free, and nobody runs")
			}
		}
	}
}

func TestTwoNamespacesShareALimit(t *testing.T) {
	t.Parallel()
	p := NewPool(before)
	x := Name{"n", "x"}
	p.SetLimit(x, 10)
	number := 0
	given := map[string]int{}
	for range 200 {
		for _, namespace := range []string{"few", "many", "many", "many"} {
			number++
			p.Wait(&job{namespace: namespace, number: number}, namespace, Needs{{x, 1}})
		}
		who, ok := p.Next()
		require.True(t, ok)
		given[who.namespace]++
		p.Release(who)
	}
	require.InDelta(t, 100, given["few"], 1)
}

func TestWhoCanNeverFitReservesNothing(t *testing.T) {
	t.Parallel()
	p := NewPool(before)
	x, y := Name{"n", "x"}, Name{"n", "y"}
	p.SetLimit(x, 2)
	p.Wait(&job{number: 1}, "a", Needs{{x, 3}})
	p.Wait(&job{number: 2}, "a", Needs{{x, 1}, {y, 1}})
	third := &job{number: 3}
	p.Wait(third, "a", Needs{{x, 2}})
	who, ok := p.Next()
	require.True(t, ok)
	require.Same(t, third, who)
	p.SetLimit(x, 1) // a lower number takes nothing away
	tokens, used, _ := p.Tokens(x)
	require.Equal(t, []int64{1, 2}, []int64{tokens, used})
	require.Equal(t, map[*job]int64{third: 2}, p.Holders(x))
	require.Equal(t, []Name{x, y}, p.Limits())
}

func TestANamespaceHasSoManyGroups(t *testing.T) {
	t.Parallel()
	p := NewPool(before)
	x := Name{"n", "x"}
	p.SetLimit(x, 1000)
	for i := range 3 * mostGroups {
		p.Wait(&job{namespace: "a", number: i}, "a", Needs{{x, int64(1 + i)}})
	}
	require.Len(t, p.line.groups, mostGroups+1)
	p.SetLimit(x, 3*mostGroups)
	seen := map[int]bool{}
	for who, ok := p.Next(); ok; who, ok = p.Next() {
		seen[who.number] = true
		p.Release(who)
	}
	require.Len(t, seen, 3*mostGroups)
	require.Empty(t, p.line.groups)
}

func TestLineSaysWhatEachIsShortOf(t *testing.T) {
	t.Parallel()
	p := NewPool(before)
	x, y := Name{"n", "x"}, Name{"n", "y"}
	p.SetLimit(x, 4)
	p.SetLimit(y, 4)
	p.Hold(&job{number: 9}, Needs{{x, 3}})
	first, later, other, huge := &job{number: 1}, &job{number: 2}, &job{number: 3}, &job{number: 0}
	p.Wait(huge, "a", Needs{{x, 5}})
	p.Wait(later, "a", Needs{{x, 1}, {y, 1}})
	p.Wait(first, "a", Needs{{x, 2}})
	p.Wait(other, "b", Needs{{x, 1}})
	require.Equal(t, []Place[*job]{
		{first, Needs{{x, 2}}, true, []Name{x}, nil},
		{other, Needs{{x, 1}}, true, nil, []Name{x}},
		{later, Needs{{x, 1}, {y, 1}}, true, nil, []Name{x}},
		{huge, Needs{{x, 5}}, false, []Name{x}, nil},
	}, p.Line())
	_, ok := p.Next()
	require.False(t, ok)
}

// BenchmarkNext gives a token that has come back, with so many who wait for it.
func BenchmarkNext(b *testing.B) {
	for _, n := range []int{100, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p := NewPool(before)
			x := Name{"n", "x"}
			p.SetLimit(x, 1)
			for i := range n {
				j := &job{namespace: fmt.Sprintf("ns-%d", i%20), number: i}
				p.Wait(j, j.namespace, Needs{{x, 1}})
			}
			for b.Loop() {
				who, ok := p.Next()
				require.True(b, ok)
				p.Release(who)
				p.Wait(who, who.namespace, Needs{{x, 1}})
			}
		})
	}
}
