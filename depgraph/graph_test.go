package depgraph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

func parse(t require.TestingT, text string) *lang.Expr {
	e, err := lang.Parse(text)
	require.NoError(t, err)
	return e
}

// texts writes references as expressions do, to compare them at a glance.
func texts(refs []lang.Ref) string {
	s := make([]string, len(refs))
	for i, ref := range refs {
		s[i] = ref.String()
	}
	return strings.Join(s, " ")
}

func TestAnObjectThatIsNamedIsVirtualUntilItExists(t *testing.T) {
	t.Parallel()
	g := New()
	load, extract := lang.Job("etl", "load"), lang.Job("etl", "extract")
	g.Set(load, &lang.Object{UID: "1"}, parse(t, "extract, extract, other/x"))
	require.Equal(t, "etl/extract etl/load other/x", texts(g.Refs()))
	require.Equal(t, "etl/extract other/x", texts(g.Prerequisites(load)), "each name once, in the order of the text")
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	g.Set(extract, &lang.Object{UID: "2"}, nil)
	require.Equal(t, "2", g.Object(extract).UID)
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	g.Remove(extract)
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)), "the one that waits is not forgotten")

	g.Set(load, &lang.Object{UID: "1"}, parse(t, "other/y"))
	require.Equal(t, "etl/load other/y", texts(g.Refs()), "names that nobody uses any more are gone")
	g.Remove(load)
	require.Zero(t, g.Len())
}

func TestAJobMayNameItself(t *testing.T) {
	t.Parallel()
	g, a := New(), lang.Job("n", "a")
	g.Set(a, &lang.Object{}, parse(t, "a"))
	require.Equal(t, "n/a", texts(g.Dependents(a)))
	g.Set(a, &lang.Object{}, nil)
	require.Empty(t, g.Dependents(a))
	g.Set(a, &lang.Object{}, parse(t, "a"))
	g.Remove(a)
	require.Zero(t, g.Len())
}

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
				g.Set(lang.Job("n", name), &lang.Object{}, e)
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

// naive is the graph as a list of what each object names, searched every time.
type naive map[lang.Ref][]lang.Ref

func (m naive) dependents(ref lang.Ref) (refs []lang.Ref) {
	for dependent, named := range m {
		if slices.Contains(named, ref) {
			refs = append(refs, dependent)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return refs
}

func (m naive) refs() []lang.Ref {
	var refs []lang.Ref
	for ref, named := range m {
		refs = append(append(refs, ref), named...)
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return slices.Compact(refs)
}

// TestGraphIsTheNaiveModel plays random additions, changes and removals on a
// Graph and on the naive model, and compares all that can be asked.
func TestGraphIsTheNaiveModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g, model := New(), naive{}
		name := rapid.Custom(func(t *rapid.T) lang.Ref {
			return lang.Job(rapid.SampledFrom([]string{"m", "n"}).Draw(t, "namespace"), fmt.Sprintf("j%d", rapid.IntRange(0, 5).Draw(t, "name")))
		})
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				ref, named := name.Draw(t, "job"), rapid.SliceOfN(name, 0, 4).Draw(t, "named")
				var e *lang.Expr
				if len(named) > 0 {
					e = parse(t, strings.ReplaceAll(texts(named), " ", ", "))
				}
				g.Set(ref, &lang.Object{}, e)
				model[ref] = named
			},
			"remove": func(t *rapid.T) {
				ref := name.Draw(t, "job")
				g.Remove(ref)
				delete(model, ref)
			},
			"": func(t *rapid.T) {
				require.Equal(t, texts(model.refs()), texts(g.Refs()))
				for _, ref := range model.refs() {
					require.Equal(t, texts(model.dependents(ref)), texts(g.Dependents(ref)), "dependents of %s", ref)
					_, exists := model[ref]
					require.Equal(t, exists, g.Object(ref) != nil)
				}
				placed := 0
				layers, cyclic := g.Layers()
				for _, layer := range layers {
					placed += len(layer)
				}
				require.Equal(t, g.Len(), placed+len(cyclic))
			},
		})
	})
}
