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
	g.Set(load, Node{Object: &lang.Object{UID: "1"}, Expr: parse(t, "extract, extract, other/x")})
	require.Equal(t, "etl/extract etl/load other/x", texts(g.Refs()))
	require.Equal(t, "etl/extract other/x", texts(g.Prerequisites(load)), "each name once, in the order of the text")
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	require.Equal(t, "etl/load", texts(g.Set(extract, Node{Object: &lang.Object{UID: "2"}})))
	require.Equal(t, "2", g.Object(extract).UID)
	require.Equal(t, "etl/load", texts(g.Dependents(extract)))

	require.Equal(t, "etl/load", texts(g.Remove(extract)))
	require.Nil(t, g.Object(extract))
	require.Equal(t, "etl/load", texts(g.Dependents(extract)), "the one that waits is not forgotten")

	g.Set(load, Node{Object: &lang.Object{UID: "1"}, Expr: parse(t, "other/y")})
	require.Equal(t, "etl/load other/y", texts(g.Refs()), "names that nobody uses any more are gone")
	g.Remove(load)
	require.Zero(t, g.Len())
}

func TestAJobMayNameItself(t *testing.T) {
	t.Parallel()
	g, a := New(), lang.Job("n", "a")
	g.Set(a, Node{Object: &lang.Object{}, Expr: parse(t, "a")})
	require.Equal(t, "n/a", texts(g.Dependents(a)))
	g.Set(a, Node{Object: &lang.Object{}})
	require.Empty(t, g.Dependents(a))
	g.Set(a, Node{Object: &lang.Object{}, Expr: parse(t, "a")})
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

func TestAnObjectThatIsTheSameAffectsNobody(t *testing.T) {
	t.Parallel()
	g := New()
	extract, object := lang.Job("n", "extract"), &lang.Object{}
	g.Set(lang.Job("n", "load"), Node{Object: &lang.Object{}, Expr: parse(t, "extract, ex*")})
	require.Equal(t, "n/load", texts(g.Set(extract, Node{Object: object})))
	require.Empty(t, g.Set(extract, Node{Object: object}))
	require.Equal(t, "n/load", texts(g.Set(extract, Node{Object: &lang.Object{}})))
}

func TestSetsFollowTheirMembers(t *testing.T) {
	t.Parallel()
	g := New()
	load, report := lang.Job("n", "load"), lang.Job("m", "report")
	g.Set(lang.Job("n", "shard-1"), Node{Object: &lang.Object{UID: "1"}})
	g.Set(load, Node{Object: &lang.Object{}, Expr: parse(t, "shard-* >= 2")})
	g.Set(report, Node{Object: &lang.Object{}, Expr: parse(t, "n/{app=etl}, n/load")})
	require.Equal(t, "n/shard-1", texts(g.Prerequisites(load)))

	require.Equal(t, "n/load", texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "2"}})))
	require.Equal(t, "n/shard-1 n/shard-2", texts(g.Prerequisites(load)))
	require.Equal(t, "m/report n/load",
		texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "2"}, Labels: map[string]string{"app": "etl"}})))
	require.Equal(t, "n/load n/shard-2", texts(g.Prerequisites(report)))
	require.Equal(t, "m/report n/load", texts(g.Set(lang.Job("n", "shard-2"), Node{Object: &lang.Object{UID: "3"}})),
		"the one that it was a member of until now is affected, too")
	require.Equal(t, "n/load", texts(g.Remove(lang.Job("n", "shard-1"))))

	g.Remove(load)
	g.Remove(report)
	require.Equal(t, "n/shard-2", texts(g.Refs()))
	require.Empty(t, g.space(load).sets, "a set that nobody names is forgotten")
}

// naive is the graph as a list of what each object names, searched every time.
type naive map[lang.Ref]naiveNode

type naiveNode struct {
	labels map[string]string
	expr   *lang.Expr
}

// names reports whether an expression names an object.
func (m naive) names(dependent lang.Ref, ref lang.Ref) bool {
	if m[dependent].expr == nil {
		return false
	}
	return slices.ContainsFunc(m[dependent].expr.Edges(), func(e lang.Edge) bool {
		named := e.Ref.Resolve(dependent.Namespace)
		if !named.IsSet() {
			return named == ref
		}
		one, exists := m[ref]
		return exists && ref != dependent && named.Namespace == ref.Namespace && lang.NewMatcher(named).Match(ref.Name, one.labels)
	})
}

func (m naive) dependents(ref lang.Ref) (refs []lang.Ref) {
	for dependent := range m {
		if m.names(dependent, ref) {
			refs = append(refs, dependent)
		}
	}
	slices.SortFunc(refs, lang.Ref.Compare)
	return refs
}

func (m naive) refs() []lang.Ref {
	var refs []lang.Ref
	for ref, one := range m {
		refs = append(refs, ref)
		if one.expr == nil {
			continue
		}
		for _, e := range one.expr.Edges() {
			if !e.Ref.IsSet() {
				refs = append(refs, e.Ref.Resolve(ref.Namespace))
			}
		}
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
		target := rapid.OneOf(
			rapid.Map(name, lang.Ref.String),
			rapid.SampledFrom([]string{"j*", "n/j?", "m/*1", "{a}", "n/{a}", "m/{a=b, c}", "failed(j1, n/j2) >= 1", "j3 or not j4"}),
		)
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				ref, named := name.Draw(t, "job"), rapid.SliceOfN(target, 0, 4).Draw(t, "named")
				n := Node{Object: &lang.Object{}}
				n.Labels = rapid.SampledFrom([]map[string]string{nil, {"a": "b"}, {"a": "b", "c": "d"}}).Draw(t, "labels")
				if len(named) > 0 {
					n.Expr = parse(t, "("+strings.Join(named, "), (")+")")
				}
				want := append(model.dependents(ref), g.Dependents(ref)...)
				model[ref] = naiveNode{labels: n.Labels, expr: n.Expr}
				got := g.Set(ref, n)
				for _, affected := range want {
					require.Contains(t, append(got, ref), affected, "affected by %s", ref)
				}
			},
			"remove": func(t *rapid.T) {
				ref := name.Draw(t, "job")
				_, existed := model[ref]
				want := slices.DeleteFunc(model.dependents(ref), func(r lang.Ref) bool { return r == ref })
				if got := g.Remove(ref); existed {
					require.Equal(t, texts(want), texts(got))
				}
				delete(model, ref)
			},
			"": func(t *rapid.T) {
				require.Equal(t, texts(model.refs()), texts(g.Refs()))
				for _, ref := range model.refs() {
					require.Equal(t, texts(model.dependents(ref)), texts(g.Dependents(ref)), "dependents of %s", ref)
					_, exists := model[ref]
					require.Equal(t, exists, g.Object(ref) != nil)
				}
				for _, set := range []lang.Ref{lang.Job("n", "j*"), lang.Job("m", "{a}"), lang.Job("m", "{z}")} {
					var want []string
					for _, ref := range model.refs() {
						one, exists := model[ref]
						if exists && ref.Namespace == set.Namespace && lang.NewMatcher(set).Match(ref.Name, one.labels) {
							want = append(want, ref.Name)
						}
					}
					var got []string
					for _, member := range g.Members(set, lang.Ref{}) {
						got = append(got, member.Name)
					}
					require.Equal(t, want, got, "members of %s", set)
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
