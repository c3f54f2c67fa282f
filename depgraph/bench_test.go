package depgraph

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// The graph of the benchmarks: every Job waits for five of those before it.
const (
	benchNodes = 1_000_000
	benchEach  = 5
)

// benchJob is what the graph is given for one Job.
type benchJob struct {
	ref  lang.Ref
	node Node
}

func benchJobs(tb testing.TB, n int) []benchJob {
	random := rand.New(rand.NewPCG(1, 2))
	list := make([]benchJob, n)
	names := make([]string, benchEach)
	for i := range list {
		list[i] = benchJob{lang.Job("n", fmt.Sprintf("job-%07d", i)), Node{Object: &lang.Object{}}}
		if i < 1000 {
			continue
		}
		for k := range names {
			names[k] = list[random.IntN(i)].ref.Name
		}
		list[i].node.Expr, list[i].node.Waits = parse(tb, strings.Join(names, ", ")), true
	}
	return list
}

func load(list []benchJob) *Graph {
	g := New()
	for _, one := range list {
		g.Set(one.ref, one.node)
	}
	return g
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMillion has a million Jobs and five million edges. What the graph is
// given, Refs, objects and expressions, is not counted as its memory.
func BenchmarkMillion(b *testing.B) {
	list := benchJobs(b, benchNodes)
	bare := make([]benchJob, len(list))
	for i, one := range list {
		bare[i] = benchJob{one.ref, Node{Object: one.node.Object}}
	}
	b.Run("load", func(b *testing.B) {
		var nodes, all uint64
		for b.Loop() {
			b.StopTimer()
			start := heap()
			empty := load(bare)
			nodes = heap() - start
			runtime.KeepAlive(empty) // and not longer
			start = heap()
			b.StartTimer()
			g := load(list)
			b.StopTimer()
			g.Settle()
			all = heap() - start
			runtime.KeepAlive(g)
			b.StartTimer()
		}
		edges := float64((benchNodes - 1000) * benchEach)
		b.ReportMetric(float64(nodes)/benchNodes, "B/node")
		b.ReportMetric(float64(all-nodes)/edges, "B/edge")
	})
	g := load(list)
	b.Run("settle all", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			for _, one := range g.all {
				g.doubt(one)
			}
			b.StartTimer()
			g.Settle()
		}
	})
	g.Settle()
	b.Run("completion", func(b *testing.B) {
		objects := [...]*lang.Object{{Outcome: lang.Succeeded}, {}}
		for i := 0; b.Loop(); i++ {
			g.Set(list[i/2%benchNodes].ref, Node{Object: objects[i%2], Expr: list[i/2%benchNodes].node.Expr})
			g.Settle()
		}
	})
	g = load(list)
	g.Settle()
	b.Run("deadlock/edit", func(b *testing.B) {
		// The newest that somebody waits for is made to wait for that Job, and
		// then not to.
		dependent := list[len(list)-1]
		to := dependent.node.Expr.Names()[0].Resolve(lang.Ref{Namespace: "n"})
		known := Node{Object: g.Object(to), Expr: g.Expr(to), Waits: true}
		bad := known
		bad.Expr = parse(b, dependent.ref.Name)
		for b.Loop() {
			g.Set(to, bad)
			require.Len(b, g.Settle(), 2)
			g.Set(to, known)
			require.Len(b, g.Settle(), 2)
		}
	})
	b.Run("deadlock/query", func(b *testing.B) {
		for b.Loop() {
			g.Settle()
			g.Cycle(list[len(list)/2].ref)
		}
	})
	b.Run("layers", func(b *testing.B) {
		for b.Loop() {
			g.Layers()
		}
	})
	b.Run("longest", func(b *testing.B) {
		for b.Loop() {
			g.Longest(nil)
		}
	})
}

// BenchmarkFanIn completes, one after the other, n Jobs for which one waits,
// and evaluates whoever is affected: ns/edge stays the same for every n.
func BenchmarkFanIn(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		// No expression names more than lang.MaxTargets: beyond that there are
		// several.
		var all []lang.Ref
		for i := range n {
			all = append(all, lang.Job("n", fmt.Sprintf("job-%06d", i)))
		}
		var exprs []*lang.Expr
		for from := 0; from < n; from += lang.MaxTargets {
			names := make([]string, 0, lang.MaxTargets)
			for _, ref := range all[from:min(n, from+lang.MaxTargets)] {
				names = append(names, ref.Name)
			}
			exprs = append(exprs, parse(b, strings.Join(names, ", ")))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g := New()
				for i, e := range exprs {
					g.Set(lang.Job("n", fmt.Sprint("fan-in-", i)), Node{Object: &lang.Object{}, Expr: e, Waits: true})
				}
				looks := 0
				for _, ref := range all {
					g.Set(ref, Node{Object: &lang.Object{}})
					for range g.Set(ref, Node{Object: &lang.Object{Outcome: lang.Succeeded}}) {
						looks++
					}
					g.Settle()
				}
				require.Equal(b, len(exprs), looks)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/edge")
		})
	}
}

// BenchmarkStream applies Jobs one by one in random order, with a search for
// deadlocks after each.
func BenchmarkStream(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		list := benchJobs(b, n)
		rand.New(rand.NewPCG(3, 4)).Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				g := New()
				for _, one := range list {
					g.Set(one.ref, one.node)
					g.Settle()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/job")
		})
	}
}

// BenchmarkRank asks for ranks of the graph of BenchmarkMillion: of all of it at first, and
// then again after one Job at its end has changed.
func BenchmarkRank(b *testing.B) {
	list := benchJobs(b, benchNodes)
	length := func(lang.Ref) time.Duration { return time.Second }
	g := load(list)
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			g.KeepRanks(length)
			for _, one := range list {
				g.Rank(one.ref)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchNodes, "ns/node")
	})
	b.Run("completion and rank", func(b *testing.B) {
		objects := [...]*lang.Object{{Outcome: lang.Succeeded}, {}}
		for i := 0; b.Loop(); i++ {
			ref := list[i/2%benchNodes].ref
			g.Set(ref, Node{Object: objects[i%2], Expr: list[i/2%benchNodes].node.Expr})
			g.Rank(ref)
		}
	})
	b.Run("the last one's length, and the first one's rank", func(b *testing.B) {
		for b.Loop() {
			g.Unrank(list[benchNodes-1].ref)
			g.Rank(list[0].ref)
		}
	})
}
