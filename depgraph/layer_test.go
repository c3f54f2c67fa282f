package depgraph

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

func TestLayers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		jobs       map[string]string
		want       string
		wantCyclic string
	}{
		"a diamond has three layers": {
			jobs: map[string]string{"extract": "", "clean": "extract", "enrich": "extract", "load": "enrich, clean"},
			want: "n/extract | n/clean n/enrich | n/load",
		},
		"a node comes after its last prerequisite": {
			jobs: map[string]string{"a": "", "b": "a", "c": "b, a"},
			want: "n/a | n/b | n/c",
		},
		"what does not exist is in the first layer": {
			jobs: map[string]string{"a": "missing"},
			want: "n/missing | n/a",
		},
		"a cycle and what is behind it have no layer": {
			jobs: map[string]string{"a": "b", "b": "a", "c": "b", "d": ""},
			want: "n/d", wantCyclic: "n/a n/b n/c",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := New()
			for name, text := range test.jobs {
				var e *lang.Expr
				if text != "" {
					e = parse(t, text)
				}
				g.Set(lang.Job("n", name), Node{Object: &lang.Object{}, Expr: e})
			}
			layers, cyclic := g.Layers()
			got := make([]string, len(layers))
			for i, layer := range layers {
				got[i] = texts(layer)
			}
			require.Equal(t, test.want, strings.Join(got, " | "))
			require.Equal(t, test.wantCyclic, texts(cyclic))
		})
	}
}

func TestLongest(t *testing.T) {
	t.Parallel()
	ended := &lang.Object{Outcome: lang.Succeeded}
	g := New()
	for name, text := range map[string]string{
		"extract": "", "clean": "extract", "enrich": "extract", "load": "enrich, clean", "report": "load, {app=x}", "short": "",
		"x": "y", "y": "x", "behind": "x, report",
	} {
		n := Node{Object: &lang.Object{}}
		if text != "" {
			n.Expr = parse(t, text)
		}
		g.Set(lang.Job("n", name), n)
	}
	path, length := g.Longest(nil)
	require.Equal(t, "n/extract n/clean n/load n/report", texts(path), "of equal ways the smallest; what waits for a cycle has no end")
	require.EqualValues(t, 4, length)

	weight := func(ref lang.Ref) int64 { return map[string]int64{"short": 100, "enrich": 5}[ref.Name] }
	path, length = g.Longest(weight)
	require.Equal(t, "n/short", texts(path))
	require.EqualValues(t, 100, length)

	g.Set(lang.Job("n", "short"), Node{Object: ended})
	g.Set(lang.Job("n", "extract"), Node{Object: ended})
	path, length = g.Longest(weight)
	require.Equal(t, "n/enrich", texts(path), "what has ended is not left to go")
	require.EqualValues(t, 5, length)

	path, length = New().Longest(nil)
	require.Empty(t, path)
	require.Zero(t, length)
}
