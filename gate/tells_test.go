package gate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
)

// What a condition says is written by the gate, and read back.
func TestAConditionTellsOfRights(t *testing.T) {
	t.Parallel()
	job := Job{Namespace: "rep", Name: "total", ServiceAccount: "default", Annotated: true, Suspended: true, Object: &lang.Object{}}
	load := Question{Namespace: "rep", Account: "default", Verb: "get", Target: "etl", Name: "load"}
	load2 := load
	load2.Name = "load-2"
	for name, test := range map[string]struct {
		text   string
		access Access
		want   map[Question]Answer
	}{
		"one of two is denied":       {"etl/load, etl/load-2", Answers{load: Allowed, load2: Denied}, map[Question]Answer{load: Allowed, load2: Denied}},
		"a name begins like another": {"etl/load, etl/load-2", Answers{load: Denied, load2: Allowed}, map[Question]Answer{load: Denied, load2: Allowed}},
		"all are allowed":            {"etl/load, etl/load-2", Open{}, map[Question]Answer{load: Allowed, load2: Allowed}},
		"none is honoured":           {"etl/load", Closed{}, map[Question]Answer{load: Disabled}},
		"it is being asked":          {"etl/load, etl/load-2", Answers{load2: Allowed}, map[Question]Answer{load: Unasked, load2: Allowed}},
		"many are left out": {
			"etl/load, etl/a, etl/b, etl/c, etl/d, etl/load-2",
			Answers{load: Denied},
			map[Question]Answer{load: Denied, load2: Unasked},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			one := job
			one.DependsOn = test.text
			expr, err := one.Parse()
			require.NoError(t, err)
			graph := depgraph.New()
			graph.Set(one.Ref(), one.Node(expr))
			d := Decide(Snapshot{Job: one, Expr: expr, Now: t0, World: World{Graph: graph, Self: one.Ref(), Job: one, Access: test.access}})
			c, _, news := NextCondition(one, d, t0)
			require.True(t, news)
			for q, want := range test.want {
				require.Equal(t, want, c.Tells(q), "%s: %s", q.Name, c.Message)
			}
		})
	}
	require.Equal(t, Unasked, (*Condition)(nil).Tells(load))
}
