package get

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/listing"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

func TestTheHelpNamesAllFields(t *testing.T) {
	t.Parallel()
	var names []string
	for f := range reflect.TypeFor[item]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	last := len(names) - 1
	require.Equal(t, strings.Join(names[:last], ", ")+" and "+names[last], fieldList())
}

// row returns a row of namespace etl.
func row(name string, state gate.State) listing.Row {
	return listing.Row{Ref: lang.Job("etl", name), Job: gate.Job{Namespace: "etl", Name: name, Object: &lang.Object{}}, State: state}
}

func TestChangesAreTakenOnce(t *testing.T) {
	t.Parallel()
	there := map[lang.Ref]gate.Job{lang.Job("etl", "a"): {}, lang.Job("etl", "b"): {}}
	states := func(rows []listing.Row) (texts []string) {
		for _, r := range rows {
			texts = append(texts, r.Job.Name+" "+string(r.State))
		}
		return texts
	}
	c := changes{}
	require.Equal(t, []string{"a waiting", "b running"}, states(c.take([]listing.Row{row("a", gate.StateWaiting), row("b", gate.StateRunning)}, there)))
	require.Empty(t, c.take([]listing.Row{row("a", gate.StateWaiting), row("b", gate.StateRunning)}, there))
	require.Equal(t, []string{"a pending"}, states(c.take([]listing.Row{row("a", gate.StatePending)}, there)), "b is there, and not selected")
	delete(there, lang.Job("etl", "a"))
	require.Equal(t, []string{"a missing"}, states(c.take(nil, there)))
	require.Empty(t, c.take(nil, there))
}
