package trace

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// learn has graphs learn of Jobs, in this order: each is the name, and what it waits for. They were created
// in the order of their names.
func learn(g *Graphs, jobs ...[2]string) {
	for _, j := range jobs {
		g.Learn(made(j[0]), j[1])
	}
}

func made(name string) gate.Job {
	return gate.Job{
		Namespace: "etl", Name: name, UID: types.UID("uid-" + name), Created: time.Unix(int64(name[0])<<8+int64(name[len(name)-1]), 0),
		Labels: map[string]string{"name": name},
	}
}

func TestTheFirstJobStandsForItsGraph(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		jobs []([2]string)
		want map[string]string // of each, who stands for it
	}{
		"a chain": {
			[][2]string{{"a", ""}, {"b", "a"}, {"c", "b"}}, map[string]string{"a": "a", "b": "a", "c": "a"},
		},
		"the last comes first": {
			[][2]string{{"c", "b"}, {"b", "a"}, {"a", ""}}, map[string]string{"a": "a", "b": "a", "c": "a"},
		},
		"two roots of one Job": {
			[][2]string{{"a", ""}, {"b", ""}, {"c", "a or failed(b)"}}, map[string]string{"a": "a", "b": "a", "c": "a"},
		},
		"two graphs": {
			[][2]string{{"a", ""}, {"b", "a"}, {"c", ""}, {"d", "c"}}, map[string]string{"b": "a", "c": "c", "d": "c"},
		},
		"a name that nothing has": {
			[][2]string{{"b", "gone"}, {"c", "gone"}}, map[string]string{"b": "b", "c": "b"},
		},
		"a glob that comes before its members": {
			[][2]string{{"z", "m*"}, {"m1", ""}, {"m2", ""}, {"n", ""}}, map[string]string{"z": "m1", "m2": "m1", "n": "n"},
		},
		"a selector that comes after its members": {
			[][2]string{{"m1", ""}, {"m2", ""}, {"z", "{name in (m1, m2)}"}}, map[string]string{"z": "m1", "m2": "m1"},
		},
		"a Job of another namespace, or of a run": {
			[][2]string{{"a", ""}, {"b", "ml/a, a@nightly"}}, map[string]string{"a": "a", "b": "b"},
		},
		"a text that cannot be read": {
			[][2]string{{"a", ""}, {"b", "a ("}}, map[string]string{"a": "a", "b": "b"},
		},
		"an edit joins": {
			[][2]string{{"a", ""}, {"b", "x"}, {"b", "a"}}, map[string]string{"b": "a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := NewGraphs()
			learn(g, c.jobs...)
			for name, want := range c.want {
				first, _ := g.First(lang.Job("etl", name))
				require.Equal(t, types.UID("uid-"+want), first, name)
			}
		})
	}
}

func TestAGraphKeepsItsFirstJobUntilItsLastIsGone(t *testing.T) {
	t.Parallel()
	g := NewGraphs()
	learn(g, [2]string{"a", ""}, [2]string{"b", "a"}, [2]string{"c", "m*"})
	g.Forget(made("a"))
	first, more := g.First(lang.Job("etl", "b"))
	require.Equal(t, types.UID("uid-a"), first)
	require.True(t, more)
	again := made("a")
	again.UID = "another"
	g.Forget(again) // it is not that one
	g.Forget(made("b"))
	first, _ = g.First(lang.Job("etl", "b"))
	require.Empty(t, first)
	g.Forget(made("c"))
	require.Empty(t, g.spaces, "nothing is kept")
}

func TestAJobAloneIsNoGraph(t *testing.T) {
	t.Parallel()
	g := NewGraphs()
	learn(g, [2]string{"a", ""})
	first, more := g.First(lang.Job("etl", "a"))
	require.Equal(t, types.UID("uid-a"), first)
	require.False(t, more)
	learn(g, [2]string{"b", "a"})
	_, more = g.First(lang.Job("etl", "a"))
	require.True(t, more)
}

func TestManySetsCostNoMoreThanSome(t *testing.T) {
	t.Parallel()
	g := NewGraphs()
	for i := range 10 * mostSets {
		learn(g, [2]string{fmt.Sprintf("b%d", i), fmt.Sprintf("x%d*", i)})
	}
	require.Len(t, g.spaces["etl"].sets, mostSets)
}
