package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// TestTheChartIsAsTheManifestsAre fails when deploy/chart is older than what it is made from.
func TestTheChartIsAsTheManifestsAre(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	files, err := chart(root)
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), "%s is stale: make chart", name)
	}
	templates, err := filepath.Glob(root + "/deploy/chart/templates/*.yaml")
	require.NoError(t, err)
	for _, name := range templates {
		require.Contains(t, files, "deploy/chart/templates/"+filepath.Base(name), "nothing makes it any more: delete it")
	}
}

func parsed(t *testing.T, text string) *yaml.Node {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &n))
	return n.Content[0]
}

func TestMerge(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ base, variant, want string }{
		"what is the same is there always": {"a: 1", "a: 1", "---\na: 1\n"},
		"a key that is added":              {"a: 1", "{a: 1, b: 2}", "---\na: 1\n{{- if $on.x }}\nb: 2\n{{- end }}\n"},
		"an item that is added":            {"a: [y]", "a: [y, z]", "---\na:\n  - y\n  {{- if $on.x }}\n  - z\n  {{- end }}\n"},
		"a value that differs, behind what does not": {
			"- {v: 1, name: n}", "- {v: 2, name: n}", "---\n- name: n\n  {{- if $on.x }}\n  v: 2\n  {{- else }}\n  v: 1\n  {{- end }}\n",
		},
		"the namespace":             {"a: in depctl-system", "a: in depctl-system", "---\na: in {{ .Release.Namespace }}\n"},
		"what templates would read": {"a: '{{ $v }}'", "a: '{{ $v }}'", "---\na: '{{ `{{` }} $v }}'\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := merger{&template{}}
			n, err := m.merge("", parsed(t, test.base), []variant{{"$on.x", parsed(t, test.variant)}})
			require.NoError(t, err)
			got, err := m.document(n, "")
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
	_, err := merger{&template{}}.merge("o", parsed(t, "{a: 1, b: 2}"), []variant{{"$on.x", parsed(t, "a: 1")}})
	require.EqualError(t, err, "o.b is not there with $on.x")
}
