package plan

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/simulate"
	"depctl.dev/lang"
	"depctl.dev/test/graphshape"
)

// otherPrefix begins the names of Jobs that are not of the graph.
const otherPrefix = "other-"

// beside returns a graph, all of which waits for one Job, and the Jobs of others that come
// meanwhile.
func beside(g graphshape.Graph, slots int) *snapshot.World {
	w := worldOf(of(g.From("start")).jobs...)
	for i, other := range g.Others(slots) {
		made := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{
			Namespace: "default", Name: fmt.Sprintf("%s%d", otherPrefix, i),
			Annotations: map[string]string{snapshot.DurationAnnotation: other.Length.String()},
		}}
		job := manifest.AsApplied(made)
		job.Created = w.Now.Add(other.At)
		w.Add(job)
		w.NoteLength(made)
	}
	return w
}

// outcome is when the graph is done, and when all is, and how long others waited in the mean.
type outcome struct{ graph, all, waited time.Duration }

func outcomeOf(run *simulate.Run, others []graphshape.Other) (o outcome) {
	for ref, job := range run.Jobs {
		o.all = max(o.all, job.End)
		if i, other := strings.CutPrefix(ref.Name, otherPrefix); other {
			var at int
			_, _ = fmt.Sscan(i, &at)
			o.waited += (job.Start - others[at].At) / time.Duration(len(others))
		} else {
			o.graph = max(o.graph, job.End)
		}
	}
	return o
}

// besideOrders are the ways in which pods of the graph may come before others.
var besideOrders = []struct {
	name string
	set  func(*simulate.Options, func(lang.Ref) time.Duration)
}{
	{"arrival", func(*simulate.Options, func(lang.Ref) time.Duration) {}},
	{"--max-starting", func(o *simulate.Options, _ func(lang.Ref) time.Duration) { o.MaxStarting = 4 }},
	{"depctl-scheduler", func(o *simulate.Options, rank func(lang.Ref) time.Duration) { o.Rank, o.PodRanks = rank, true }},
	{"both", func(o *simulate.Options, rank func(lang.Ref) time.Duration) {
		o.Rank, o.PodRanks, o.MaxStarting = rank, true, 4
	}},
}

// TestOrdersBesideOthers keeps the table of graphs that share the nodes with as much work of others.
func TestOrdersBesideOthers(t *testing.T) {
	t.Parallel()
	const seeds, slots = 5, 8
	var table strings.Builder
	for at, graph := range graphshape.All(0) {
		outcomes := make([][]outcome, len(besideOrders))
		for seed := range uint64(seeds) {
			g := graphshape.All(seed)[at]
			for i, order := range besideOrders {
				w := beside(g, slots)
				length := lengths(learned(w), time.Minute)
				o := simulate.Options{Slots: slots, Length: length}
				order.set(&o, func(ref lang.Ref) time.Duration {
					e, _ := length(ref)
					return e.Duration
				})
				outcomes[i] = append(outcomes[i], outcomeOf(w.Simulate(o), g.Others(slots)))
			}
		}
		fmt.Fprintf(&table, "| %s |", graph.Name)
		for i := range besideOrders {
			if i > 0 {
				fmt.Fprintf(&table, " %s |", median(outcomes, i, func(o outcome) time.Duration { return o.graph }))
			}
		}
		for i := range besideOrders {
			if i > 0 {
				fmt.Fprintf(&table, " %s |", median(outcomes, i, func(o outcome) time.Duration { return o.all }))
			}
		}
		for i := range besideOrders {
			if i > 0 {
				fmt.Fprintf(&table, " %s |", median(outcomes, i, func(o outcome) time.Duration { return o.waited }))
			}
		}
		table.WriteByte('\n')
	}
	const page, begin, end = "../../docs/guide/scheduling.md", "<!-- others -->\n", "<!-- /others -->"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(text), begin)
	old, after, found := strings.Cut(rest, end)
	require.True(t, found)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+table.String()+end+after), 0o644))
		return
	}
	require.Equal(t, table.String(), old, "go test ./cli/plan -run TestOrdersBesideOthers -update writes it")
}

// median returns the median of an order's runs, in percent of the same graph's by arrival.
func median(outcomes [][]outcome, order int, of func(outcome) time.Duration) string {
	var list []float64
	for seed, o := range outcomes[order] {
		list = append(list, 100*of(o).Seconds()/of(outcomes[0][seed]).Seconds())
	}
	slices.Sort(list)
	return fmt.Sprintf("%.0f", list[len(list)/2])
}
