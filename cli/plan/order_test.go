package plan

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
	"depctl.dev/cli/importer/wfformat"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/graphshape"
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

// of writes a graph as worldOf reads it.
func of(g graphshape.Graph) workload {
	w := workload{name: g.Name}
	for _, job := range g.Jobs {
		text := fmt.Sprintf("%s %s", job.Name, job.Length)
		if len(job.After) > 0 {
			text += ": " + strings.Join(job.After, ", ")
		}
		w.jobs = append(w.jobs, text)
	}
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
	for at, graph := range graphshape.All(0) {
		for _, slots := range slotCounts {
			var runs []results
			for seed := range uint64(seeds) {
				r := of(graphshape.All(seed)[at]).run(slots, rand.New(rand.NewPCG(seed, 8)))
				require.GreaterOrEqual(t, min(r.rank, r.two, r.many), r.bound, "nothing beats the bound")
				runs = append(runs, r)
			}
			slices.SortFunc(runs, func(a, b results) int {
				return int(a.rank*1000/a.arrival) - int(b.rank*1000/b.arrival)
			})
			median := runs[seeds/2]
			require.LessOrEqual(t, median.rank.Seconds(), 1.02*median.arrival.Seconds(), "%s, %d slots", graph.Name, slots)
			table.WriteString(row(graph.Name, slots, runs))
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
	read, err := wfformat.Read(output.File{Name: file, Text: string(text)})
	require.NoError(t, err)
	g := graphshape.Graph{Name: fmt.Sprintf("%s, %d Jobs", strings.TrimSuffix(filepath.Base(file), ".json"), len(read.Tasks))}
	for _, task := range read.Tasks {
		var after []string
		for _, parent := range task.Parents {
			after = append(after, output.Plain(parent))
		}
		g.Add(output.Plain(task.ID), task.Seconds, after...)
	}
	return of(g)
}
