package graphshape

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Graph is Jobs in an order in which each comes after those that it waits for.
type Graph struct {
	Name string
	Jobs []Job
}

// Job is a Job of a graph.
type Job struct {
	Name string
	// Length is how long it really takes, in whole milliseconds, one at least.
	Length time.Duration
	// After are the names of those that it waits for.
	After []string
}

// Add adds a Job that takes so many seconds.
func (g *Graph) Add(name string, seconds float64, after ...string) {
	g.Jobs = append(g.Jobs, Job{name, max(1, time.Duration(seconds*1000)) * time.Millisecond, after})
}

// All returns one graph of each shape; the same for the same seed.
func All(seed uint64) []Graph {
	random := rand.New(rand.NewPCG(seed, 7))
	// about is a length whose logarithm is normal, as those of batch jobs are.
	about := func(mean, spread float64) float64 { return mean * math.Exp(spread*random.NormFloat64()) }
	return []Graph{layered(random, about), forkJoin(about), cholesky(about), montage(about)}
}

func layered(random *rand.Rand, about func(mean, spread float64) float64) Graph {
	w := Graph{Name: "layered, 10 of 30"}
	for layer := range 10 {
		for i := range 30 {
			var after []string
			for range min(layer, 1) * (1 + random.IntN(3)) {
				after = append(after, fmt.Sprintf("l%d-%d", layer-1, random.IntN(30)))
			}
			slices.Sort(after)
			w.Add(fmt.Sprintf("l%d-%d", layer, i), about(60, 1), slices.Compact(after)...)
		}
	}
	return w
}

func forkJoin(about func(mean, spread float64) float64) Graph {
	w := Graph{Name: "fork-join, 40 chains of 1 to 8"}
	w.Add("fork", 1)
	var ends []string
	for i := range 40 {
		last := "fork"
		for k := range 1 + i%8 {
			name := fmt.Sprintf("step%d-%d", k, i)
			w.Add(name, about(60, 0.5), last)
			last = name
		}
		ends = append(ends, last)
	}
	w.Add("join", 1, ends...)
	return w
}

// cholesky is the tiled factorisation, of 10 by 10 tiles: potrf, trsm, syrk and gemm.
func cholesky(about func(mean, spread float64) float64) Graph {
	w := Graph{Name: "Cholesky, 10 by 10 tiles"}
	const n = 10
	var wrote [n][n]string // the last Job that wrote a tile
	job := func(kernel string, length float64, i, k, j int, reads ...string) {
		name := fmt.Sprintf("%s-%d-%d-%d", kernel, i, k, j)
		var after []string
		for _, r := range append(reads, wrote[i][j]) {
			if r != "" && !slices.Contains(after, r) {
				after = append(after, r)
			}
		}
		w.Add(name, about(length, 0.1), after...)
		wrote[i][j] = name
	}
	for k := range n {
		job("potrf", 10, k, k, k)
		for i := k + 1; i < n; i++ {
			job("trsm", 30, i, k, k, wrote[k][k])
		}
		for i := k + 1; i < n; i++ {
			job("syrk", 30, i, k, i, wrote[i][k])
			for j := k + 1; j < i; j++ {
				job("gemm", 60, i, k, j, wrote[i][k], wrote[j][k])
			}
		}
	}
	return w
}

// montage is a mosaic of three colours of different sizes.
func montage(about func(mean, spread float64) float64) Graph {
	w := Graph{Name: "Montage, 3 colours"}
	var views []string
	for colour, images := range []int{12, 24, 48} {
		name := func(step string, i int) string { return fmt.Sprintf("%s-%d-%d", step, colour, i) }
		var fits, corrected []string
		for i := range images {
			w.Add(name("mproject", i), about(15, 0.3))
		}
		for i := range images - 1 {
			w.Add(name("mdifffit", i), about(2, 0.3), name("mproject", i), name("mproject", i+1))
			fits = append(fits, name("mdifffit", i))
		}
		w.Add(name("mconcatfit", 0), about(5, 0.3), fits...)
		w.Add(name("mbgmodel", 0), about(20, 0.3), name("mconcatfit", 0))
		for i := range images {
			w.Add(name("mbackground", i), about(2, 0.3), name("mbgmodel", 0), name("mproject", i))
			corrected = append(corrected, name("mbackground", i))
		}
		w.Add(name("madd", 0), about(30, 0.3), corrected...)
		views = append(views, name("madd", 0))
	}
	w.Add("mviewer", 10, views...)
	return w
}

// Work returns how long all Jobs take one after the other.
func (g Graph) Work() (work time.Duration) {
	for _, job := range g.Jobs {
		work += job.Length
	}
	return work
}

// From returns the graph with a Job of that name before it, which those wait for that waited for
// none: so all others are held.
func (g Graph) From(first string) Graph {
	held := Graph{Name: g.Name, Jobs: []Job{{Name: first, Length: time.Millisecond}}}
	for _, job := range g.Jobs {
		if len(job.After) == 0 {
			job.After = []string{first}
		}
		held.Jobs = append(held.Jobs, job)
	}
	return held
}

// Other is a Job of somebody else, which waits for none.
type Other struct {
	// At is when it is created.
	At, Length time.Duration
}

// Others returns as much work as that of the graph, in Jobs of its mean length, created evenly
// over the time that both take on so many slots.
func (g Graph) Others(slots int) []Other {
	n := len(g.Jobs)
	length := (g.Work() / time.Duration(n)).Round(time.Millisecond)
	over := 2 * g.Work() / time.Duration(slots)
	others := make([]Other, n)
	for i := range others {
		others[i] = Other{over * time.Duration(i) / time.Duration(n), max(length, time.Millisecond)}
	}
	return others
}
