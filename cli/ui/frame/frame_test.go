package frame

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// sceneOf returns what is shown of Jobs.
func sceneOf(jobs map[string]gate.Job, notes ...string) Scene {
	w := snapshot.NewWorld(now)
	for _, name := range slices.Sorted(maps.Keys(jobs)) {
		job := jobs[name]
		job.Namespace, job.Name = "etl", name
		w.Add(job)
	}
	q := snapshot.NewInquiry(w)
	return Scene{Inquiry: q, Rows: listing.Of(q, nil, listing.Selection{}), Notes: notes}
}

func waiting(dependsOn string) gate.Job {
	return gate.Job{Annotated: true, Suspended: true, DependsOn: dependsOn, Object: &lang.Object{}}
}

func over(outcome lang.Outcome) gate.Job {
	return gate.Job{Object: &lang.Object{Outcome: outcome, Finished: now, Started: true}, Started: now.Add(-time.Minute)}
}

func TestAFrameHasRowsAndADrawing(t *testing.T) {
	t.Parallel()
	f, err := Of(sceneOf(map[string]gate.Job{"extract": over(lang.Failed), "load": waiting("extract"), "alone": over(lang.Succeeded)}), View{Namespace: "etl"}, nil, true)
	require.NoError(t, err)
	text, err := f.Whole()
	require.NoError(t, err)
	p := &page{}
	p.read(t, text)
	require.Len(t, p.Rows, 3)
	require.Equal(t, "etl/alone", p.Rows["etl/alone"]["id"])
	require.Equal(t, []any{"etl/extract"}, p.Rows["etl/load"]["blocked"])
	require.Len(t, p.Graph.Nodes, 2, "what waits for nothing is not drawn")
	require.Len(t, p.Graph.Edges, 1)
	require.Equal(t, "✗", p.States[0].Sign)
	require.Equal(t, "bad", p.States[0].Look)
	require.Equal(t, []int{neverTrue}, p.Looks)
	all, err := Of(sceneOf(map[string]gate.Job{"alone": over(lang.Succeeded), "other": over(lang.Succeeded)}), View{Namespace: "etl", All: true}, nil, true)
	require.NoError(t, err)
	require.Len(t, all.drawing.shape.order, 2)
}

func TestALayoutStaysWhileNodesAndEdgesDo(t *testing.T) {
	t.Parallel()
	view := View{Namespace: "etl"}
	first, err := Of(sceneOf(map[string]gate.Job{"extract": waiting("load"), "load": over(lang.Succeeded)}), view, nil, true)
	require.NoError(t, err)
	second, err := Of(sceneOf(map[string]gate.Job{"extract": waiting("load"), "load": over(lang.Failed)}), view, first, true)
	require.NoError(t, err)
	require.False(t, second.LaidOut(first))
	more := map[string]gate.Job{"extract": waiting("load"), "load": over(lang.Failed), "report": waiting("extract")}
	third, err := Of(sceneOf(more), view, second, false)
	require.NoError(t, err)
	require.False(t, third.LaidOut(second))
	require.True(t, third.Stale, "there is a node that is not drawn")
	fourth, err := Of(sceneOf(more), view, third, true)
	require.NoError(t, err)
	require.True(t, fourth.LaidOut(third))
	require.False(t, fourth.Stale)
}

func TestWhenAllMayBeOverStaysUntilItIsFoundOutAgain(t *testing.T) {
	t.Parallel()
	s := sceneOf(map[string]gate.Job{"load": waiting("nobody"), "extract": over(lang.Succeeded)})
	expected := listing.Expect(s.Inquiry, s.Rows)
	s.Expected = &expected
	require.Equal(t, 1, s.Expected.Unknown)
	first, err := Of(s, View{}, nil, true)
	require.NoError(t, err)
	s.Expected = nil
	second, err := Of(s, View{}, first, true)
	require.NoError(t, err)
	require.Equal(t, 1, second.unknown)
	s.Expected = &listing.Expectation{End: now}
	third, err := Of(s, View{}, second, true)
	require.NoError(t, err)
	require.Equal(t, now.Unix(), third.end)
	require.Zero(t, third.unknown)
}

func TestNothingIsSentWhereNothingHasChanged(t *testing.T) {
	t.Parallel()
	jobs := map[string]gate.Job{"extract": waiting("load"), "load": over(lang.Succeeded)}
	first, err := Of(sceneOf(jobs), View{}, nil, true)
	require.NoError(t, err)
	second, err := Of(sceneOf(jobs), View{}, first, true)
	require.NoError(t, err)
	_, changed, err := second.Since(first)
	require.NoError(t, err)
	require.False(t, changed)
}

func TestWhatIsTooMuchForAPictureIsSaidSo(t *testing.T) {
	t.Parallel()
	jobs := map[string]gate.Job{}
	for k := range 800 { // each waits for the one before it, and for one that is far
		jobs[fmt.Sprintf("j-%03d", k)] = waiting(fmt.Sprintf("j-%03d, finished(j-%03d)", k-1, k/2))
	}
	jobs["j-000"] = over(lang.Succeeded)
	f, err := Of(sceneOf(jobs), View{Fold: Nothing}, nil, true)
	require.NoError(t, err)
	text, err := f.Whole()
	require.NoError(t, err)
	p := &page{}
	p.read(t, text)
	require.Contains(t, p.Graph.TooLarge, "too much for one picture")
	require.Empty(t, p.States)
	require.Len(t, p.Rows, len(jobs))
}

// page is what a page knows.
type page struct {
	Graph  graph
	Rows   map[string]map[string]any
	States []state
	Looks  []int
	Rest   summary
	Seq    int64
}

func (p *page) read(t require.TestingT, text []byte) {
	var w whole
	require.NoError(t, json.Unmarshal(text, &w))
	p.Rows = map[string]map[string]any{}
	p.rows(t, w.Rows)
	p.Graph = graph{}
	require.NoError(t, json.Unmarshal(w.Graph, &p.Graph))
	p.States, p.Looks, p.Seq = w.States, w.Looks, w.Seq
	p.Rest = summary{w.Counts, w.End, w.Unknown, w.Notes}
}

func (p *page) rows(t require.TestingT, list []json.RawMessage) {
	for _, text := range list {
		row := map[string]any{}
		require.NoError(t, json.Unmarshal(text, &row))
		p.Rows[row["id"].(string)] = row
	}
}

// take does what stream.ts does.
func (p *page) take(t require.TestingT, text []byte) {
	var d struct {
		Seq     int64
		Rows    []json.RawMessage
		Gone    []string
		Graph   json.RawMessage
		States  [][2]json.RawMessage
		Looks   [][2]int
		AllNow  []state `json:"allStates"`
		AllLook []int   `json:"allLooks"`
		summary
	}
	require.NoError(t, json.Unmarshal(text, &d))
	p.Seq = d.Seq
	p.rows(t, d.Rows)
	for _, id := range d.Gone {
		delete(p.Rows, id)
	}
	if d.Graph != nil {
		p.Graph = graph{}
		require.NoError(t, json.Unmarshal(d.Graph, &p.Graph))
		p.States, p.Looks = append([]state{}, d.AllNow...), append([]int{}, d.AllLook...)
	}
	for _, change := range d.States {
		var i int
		require.NoError(t, json.Unmarshal(change[0], &i))
		p.States[i] = state{}
		require.NoError(t, json.Unmarshal(change[1], &p.States[i]))
	}
	for _, change := range d.Looks {
		p.Looks[change[0]] = change[1]
	}
	if d.Counts != nil {
		p.Rest = d.summary
	}
}

// Whatever happens, and however many frames a tab leaves out, it shows what a new one would.
func TestATabThatTakesInChangesShowsWhatANewOneDoes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c", "d", "e", "f-1", "f-2", "f-3", "f-4", "f-5"}
		view := View{Namespace: "etl", All: rapid.Bool().Draw(t, "all"), Fold: rapid.SampledFrom([]Fold{Siblings, Namespaces, Nothing}).Draw(t, "fold")}
		jobs := map[string]gate.Job{}
		var last, shown *Frame
		p := &page{}
		for range rapid.IntRange(1, 8).Draw(t, "frames") {
			for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(t, "changed") {
				switch rapid.IntRange(0, 3).Draw(t, name) {
				case 0:
					delete(jobs, name)
				case 1:
					jobs[name] = over(rapid.SampledFrom([]lang.Outcome{lang.Succeeded, lang.Failed}).Draw(t, "outcome"))
				default:
					jobs[name] = waiting(rapid.SampledFrom([]string{"a", "b or c", "f-*", "nobody", "failed(d), e"}).Draw(t, "expression"))
				}
			}
			f, err := Of(sceneOf(jobs, rapid.SampledFrom([]string{"x", "y"}).Draw(t, "note")), view, last, rapid.Bool().Draw(t, "may lay out"))
			require.NoError(t, err)
			last = f
			if rapid.Bool().Draw(t, "the tab is slow") {
				continue
			}
			if shown == nil {
				text, err := f.Whole()
				require.NoError(t, err)
				p.read(t, text)
			} else {
				text, _, err := f.Since(shown)
				require.NoError(t, err)
				p.take(t, text)
			}
			shown = f
			text, err := f.Whole()
			require.NoError(t, err)
			fresh := &page{}
			fresh.read(t, text)
			require.Equal(t, fresh, p)
		}
	})
}

// BenchmarkTenThousand makes the first frame of 10,000 Jobs in 100 layers, and then one in which a Job has changed.
func BenchmarkTenThousand(b *testing.B) {
	jobs := map[string]gate.Job{}
	for i := range 10000 {
		layer, k := i/100, i%100
		job := over(lang.Succeeded)
		if layer > 0 {
			job = waiting(fmt.Sprintf("job-%02d-%02d, job-%02d-%02d, job-%02d-%02d", layer-1, k, layer-1, (k+1)%100, layer-1, (k+2)%100))
		}
		jobs[fmt.Sprintf("job-%02d-%02d", layer, k)] = job
	}
	view := View{Namespace: "etl", Fold: Nothing}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := Of(sceneOf(jobs), view, nil, true); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		before, err := Of(sceneOf(jobs), view, nil, true)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := Of(sceneOf(jobs), view, before, true); err != nil {
				b.Fatal(err)
			}
		}
	})
}
