package plan

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var (
	update    = flag.Bool("update", false, "write the table of docs/guide/scheduling.md")
	workflows = flag.String("workflows", "", "print the table of the WfFormat files in this folder")
)

func TestOrderDecidesWhichReadyJobStarts(t *testing.T) {
	t.Parallel()
	jobs := []string{"a 3m", "b 3m", "long-1 1m", "long-2 9m: long-1", "many-1 1m", "many-2 1m: many-1", "many-3 1m: many-2"}
	for order, want := range map[string]string{
		orderArrival: "*a@1 0s-3m",
		orderCount:   "*many-1@1 0s-1m",
		orderRank:    "*long-1@1 0s-1m",
	} {
		w := worldOf(jobs...)
		p := newPlan(w.Simulate(simulated(order, 1, lengths(learned(w), time.Minute))))
		require.True(t, strings.HasPrefix(p.inWords(), want), "%s: %s", order, p.inWords())
		p = newPlan(w.Simulate(simulated(order, 2, lengths(learned(w), time.Minute))))
		p.compare(w, order, 2, lengths(learned(w), time.Minute))
		require.Equal(t, []time.Duration{13 * time.Minute, 13 * time.Minute, 10 * time.Minute}, p.totals)
	}
}

func TestWithMaxStartingTheGateDecidesWhichJobComesNext(t *testing.T) {
	t.Parallel()
	short := []string{"first 1m", "leaf-a 1m: first", "leaf-b 1m: first", "leaf-c 1m: first", "n-1 1m: first", "n-2 1m: n-1", "n-3 1m: n-2"}
	long := slices.Clone(short)
	for i, text := range long[1:] {
		long[i+1] = strings.Replace(text, "1m", "10m", 1)
	}
	preferred := slices.Clone(short)
	preferred[3] = "leaf-c 1m depctl.dev/priority=5: first"
	limited := slices.Clone(short)
	limited[1], limited[4] = "leaf-a 1m depctl.dev/uses=x: first", "n-1 1m depctl.dev/uses=x: first"
	// "One at a time" is the order of TestTheCriticalPathStartsFirst (test/integration).
	for name, test := range map[string]struct {
		jobs  []string
		slots int
		most  int64
		want  string
	}{
		"none counts":                             {short, 1, 0, "first leaf-a leaf-b leaf-c n-1 n-2 n-3"},
		"one at a time, the longest chain first":  {short, 1, 2, "first n-1 leaf-a leaf-b n-2 leaf-c n-3"},
		"two slots":                               {short, 2, 2, "first leaf-a n-1 leaf-b leaf-c n-2 n-3"},
		"half of the number is for one namespace": {short, 1, 4, "first n-1 leaf-a leaf-b leaf-c n-2 n-3"},
		"a priority comes before the chain":       {preferred, 1, 2, "first leaf-c n-1 leaf-a leaf-b n-2 n-3"},
		"limits and room in one line":             {limited, 1, 2, "first n-1 leaf-b leaf-c n-2 leaf-a n-3"},
		"none counts after five minutes":          {long, 1, 2, "first n-1 leaf-a leaf-b leaf-c n-2 n-3"},
		"more than there are":                     {short, 1, 100, "first n-1 leaf-a leaf-b leaf-c n-2 n-3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := worldOf(test.jobs...)
			w.Limits = snapshot.Limits{Known: true, Maps: gate.LimitMaps{"default": {"x": "1"}}}
			o := simulated(orderArrival, test.slots, lengths(learned(w), time.Minute))
			o.MaxStarting = test.most
			p := newPlan(w.Simulate(o))
			require.Empty(t, p.idle)
			var names []string
			for _, job := range p.jobs {
				names = append(names, job.Ref.Name)
			}
			require.Equal(t, test.want, strings.Join(names, " "))
			require.Equal(t, "first", p.path[0].Ref.Name, "the critical path begins with what all wait for")
		})
	}
}

// workload is a graph with how long each Job really takes.
type workload struct {
	name string
	jobs []string
}

// job adds a Job.
func (w *workload) job(name string, length float64, after ...string) {
	text := fmt.Sprintf("%s %dms", name, max(1, int(length*1000)))
	if len(after) > 0 {
		text += ": " + strings.Join(after, ", ")
	}
	w.jobs = append(w.jobs, text)
}

// generated are graphs of four shapes that are common in the literature.
func generated(seed uint64) []workload {
	random := rand.New(rand.NewPCG(seed, 7))
	// about is a length whose logarithm is normal, as those of batch jobs are.
	about := func(mean, spread float64) float64 { return mean * math.Exp(spread*random.NormFloat64()) }
	return []workload{layered(random, about), forkJoin(about), cholesky(about), montage(about)}
}

func layered(random *rand.Rand, about func(mean, spread float64) float64) workload {
	w := workload{name: "layered, 10 of 30"}
	for layer := range 10 {
		for i := range 30 {
			var after []string
			for range min(layer, 1) * (1 + random.IntN(3)) {
				after = append(after, fmt.Sprintf("l%d-%d", layer-1, random.IntN(30)))
			}
			slices.Sort(after)
			w.job(fmt.Sprintf("l%d-%d", layer, i), about(60, 1), slices.Compact(after)...)
		}
	}
	return w
}

func forkJoin(about func(mean, spread float64) float64) workload {
	w := workload{name: "fork-join, 40 chains of 1 to 8"}
	w.job("fork", 1)
	var ends []string
	for i := range 40 {
		last := "fork"
		for k := range 1 + i%8 {
			name := fmt.Sprintf("step%d-%d", k, i)
			w.job(name, about(60, 0.5), last)
			last = name
		}
		ends = append(ends, last)
	}
	w.job("join", 1, ends...)
	return w
}

// cholesky is the tiled factorisation, of 10 by 10 tiles: potrf, trsm, syrk and gemm.
func cholesky(about func(mean, spread float64) float64) workload {
	w := workload{name: "Cholesky, 10 by 10 tiles"}
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
		w.job(name, about(length, 0.1), after...)
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
func montage(about func(mean, spread float64) float64) workload {
	w := workload{name: "Montage, 3 colours"}
	var views []string
	for colour, images := range []int{12, 24, 48} {
		name := func(step string, i int) string { return fmt.Sprintf("%s-%d-%d", step, colour, i) }
		var fits, corrected []string
		for i := range images {
			w.job(name("mproject", i), about(15, 0.3))
		}
		for i := range images - 1 {
			w.job(name("mdifffit", i), about(2, 0.3), name("mproject", i), name("mproject", i+1))
			fits = append(fits, name("mdifffit", i))
		}
		w.job(name("mconcatfit", 0), about(5, 0.3), fits...)
		w.job(name("mbgmodel", 0), about(20, 0.3), name("mconcatfit", 0))
		for i := range images {
			w.job(name("mbackground", i), about(2, 0.3), name("mbgmodel", 0), name("mproject", i))
			corrected = append(corrected, name("mbackground", i))
		}
		w.job(name("madd", 0), about(30, 0.3), corrected...)
		views = append(views, name("madd", 0))
	}
	w.job("mviewer", 10, views...)
	return w
}

// slotCounts are those of the table.
var slotCounts = []int{4, 8, 16, 32}

// results are when all is done, and the bound that no order can beat: the longest path, or
// the work through the slots. two and many are with --max-starting, of 2 and of as many as there
// are slots.
type results struct{ arrival, count, rank, learned, wrong, bound, two, many time.Duration }

func (w workload) run(slots int, random *rand.Rand) results {
	world := worldOf(w.jobs...)
	length := lengths(learned(world), time.Minute)
	exact := map[lang.Ref]time.Duration{}
	var work time.Duration
	families := map[lang.Ref][]time.Duration{}
	for ref := range world.Jobs {
		e, _ := length(ref)
		exact[ref] = e.Duration
		work += e.Duration
		families[family(ref)] = append(families[family(ref)], e.Duration)
	}
	by := func(believed func(lang.Ref) time.Duration) time.Duration {
		return newPlan(world.Simulate(simulate.Options{Slots: slots, Length: length, Rank: believed})).total
	}
	starting := func(most int) time.Duration {
		return newPlan(world.Simulate(simulate.Options{Slots: slots, Length: length, MaxStarting: int64(most)})).total
	}
	factor := map[lang.Ref]float64{}
	for _, ref := range slices.SortedFunc(func(yield func(lang.Ref) bool) {
		for ref := range exact {
			if !yield(ref) {
				return
			}
		}
	}, lang.Ref.Compare) {
		factor[ref] = 0.5 + random.Float64()
	}
	free := newPlan(world.Simulate(simulated(orderArrival, 0, length))).total
	return results{
		arrival: by(nil),
		count:   by(func(lang.Ref) time.Duration { return 1 }),
		rank:    by(func(ref lang.Ref) time.Duration { return exact[ref] }),
		learned: by(func(ref lang.Ref) time.Duration {
			all := families[family(ref)]
			var sum time.Duration
			for _, d := range all {
				sum += d
			}
			return sum / time.Duration(len(all))
		}),
		wrong: by(func(ref lang.Ref) time.Duration { return time.Duration(float64(exact[ref]) * factor[ref]) }),
		bound: max(free, work/time.Duration(slots)),
		two:   starting(2),
		many:  starting(slots),
	}
}

// row is a line of the table: medians of several runs, in percent of the order of arrival.
func row(name string, slots int, runs []results) string {
	percent := func(of func(results) time.Duration) string {
		var list []float64
		for _, r := range runs {
			list = append(list, 100*of(r).Seconds()/r.arrival.Seconds())
		}
		slices.Sort(list)
		return fmt.Sprintf("%.1f", list[len(list)/2])
	}
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %s | %s |\n", name, slots,
		percent(func(r results) time.Duration { return r.count }), percent(func(r results) time.Duration { return r.rank }),
		percent(func(r results) time.Duration { return r.learned }), percent(func(r results) time.Duration { return r.wrong }),
		percent(func(r results) time.Duration { return r.bound }),
		percent(func(r results) time.Duration { return r.two }), percent(func(r results) time.Duration { return r.many }))
}

// TestOrders keeps the table of the generated graphs in the guide, and the promise that it
// makes: rank is never more than 2 % slower than arrival in the median of 5.
func TestOrders(t *testing.T) {
	t.Parallel()
	const seeds = 5
	var table strings.Builder
	for at := range generated(0) {
		for _, slots := range slotCounts {
			var runs []results
			for seed := range uint64(seeds) {
				r := generated(seed)[at].run(slots, rand.New(rand.NewPCG(seed, 8)))
				require.GreaterOrEqual(t, min(r.rank, r.two, r.many), r.bound, "nothing beats the bound")
				runs = append(runs, r)
			}
			slices.SortFunc(runs, func(a, b results) int {
				return int(a.rank*1000/a.arrival) - int(b.rank*1000/b.arrival)
			})
			median := runs[seeds/2]
			require.LessOrEqual(t, median.rank.Seconds(), 1.02*median.arrival.Seconds(), "%s, %d slots", generated(0)[at].name, slots)
			table.WriteString(row(generated(0)[at].name, slots, runs))
		}
	}
	const page, begin, end = "../../docs/guide/scheduling.md", "<!-- orders -->\n", "<!-- /orders -->"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(text), begin)
	old, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o644))
		return
	}
	require.Equal(t, table.String(), old, "go test ./cli/plan -run TestOrders -update writes it")
}

// TestOrdersOfWorkflows prints the table of recorded workflows, in WfCommons' WfFormat 1.5.
func TestOrdersOfWorkflows(t *testing.T) {
	if *workflows == "" {
		t.Skip("no -workflows")
	}
	files, err := filepath.Glob(filepath.Join(*workflows, "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		w := recorded(t, file)
		for _, slots := range slotCounts {
			var runs []results
			for seed := range uint64(5) {
				runs = append(runs, w.run(slots, rand.New(rand.NewPCG(seed, 8))))
			}
			fmt.Print(row(w.name, slots, runs))
		}
	}
}

func recorded(t *testing.T, file string) workload {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var format struct {
		Workflow struct {
			Specification struct {
				Tasks []struct {
					ID      string
					Parents []string
				}
			}
			Execution struct {
				Tasks []struct {
					ID      string
					Runtime float64 `json:"runtimeInSeconds"`
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &format))
	runtime := map[string]float64{}
	for _, task := range format.Workflow.Execution.Tasks {
		runtime[task.ID] = task.Runtime
	}
	other := regexp.MustCompile("[^a-z0-9-]+")
	name := func(id string) string { return strings.Trim(other.ReplaceAllString(strings.ToLower(id), "-"), "-") }
	w := workload{name: fmt.Sprintf("%s, %d Jobs", strings.TrimSuffix(filepath.Base(file), ".json"), len(format.Workflow.Specification.Tasks))}
	for _, task := range format.Workflow.Specification.Tasks {
		var after []string
		for _, parent := range task.Parents {
			after = append(after, name(parent))
		}
		w.job(name(task.ID), runtime[task.ID], after...)
	}
	return w
}
