package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// What the ideal gate is told and what the annotations say must be the same graph.
func TestWorkloadsNameWhatTheyNeed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "small.json"), []byte(`{"workflow":{"specification":{"tasks":[
		{"id":"Split_ID0001","parents":[]},{"id":"Map_ID0002","parents":["Split_ID0001"]}]}}}`), 0o600))
	all, err := imported(folder)
	require.NoError(t, err)
	require.Equal(t, []step{{name: "split-id0001", needs: []string{start}}, {name: "map-id0002", needs: []string{"split-id0001"}}}, all[0].steps)
	all = append(all, chain(20), diamond(100), arrayDiamond(20), fanOut(50), layered(300, 20))
	for _, w := range all {
		known := map[string]bool{start: true}
		for _, s := range w.steps {
			expr, err := lang.Parse(s.expression())
			require.NoError(t, err, s.name)
			var names []string
			for _, ref := range expr.Names() {
				names = append(names, ref.Name)
				require.True(t, known[ref.Name], "%s of %s comes before its prerequisite %s", s.name, w.name, ref.Name)
			}
			require.True(t, slices.Equal(s.needs, names), "%s of %s", s.name, w.name)
			require.False(t, known[s.name], "%s of %s is there twice", s.name, w.name)
			known[s.name] = true
		}
	}
	require.Len(t, layered(300, 20).steps, 300)
	require.Len(t, cross(3, 4).steps, 7)
}
