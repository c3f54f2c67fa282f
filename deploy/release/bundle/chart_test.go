package bundle

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAChartIsPackedWithTheImagesOfARelease(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"Chart.yaml":               "apiVersion: v2\nname: depctl\nversion: 0.0.1\nappVersion: dev\nkubeVersion: \">=1.30.0-0\"\n",
		"templates/gate.yaml":      "kind: Deployment\n",
		"generator/main.go":        "package main\n",
		"values.yaml":              "gate:\n  image:\n    # The image.\n    repository: depctl.dev/depctl-gate\n    tag: dev\n    # The digest.\n    digest: \"\"\n  tag: mine\nui:\n  image:\n    repository: depctl.dev/depctl\n    tag: dev\n    digest: \"\"\n",
		"templates/tests/more.txt": "x",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	files, err := Chart(dir, "v0.2.0", map[string]string{"depctl-gate": "example.com:5000/team/depctl-gate:v0.2.0@sha256:abc"})
	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range files {
		got[f.Name] = string(f.Content)
	}
	require.Equal(t, map[string]string{
		"depctl/Chart.yaml":               "apiVersion: v2\nname: depctl\nversion: 0.2.0\nappVersion: v0.2.0\nkubeVersion: \">=1.30.0-0\"\n",
		"depctl/templates/gate.yaml":      "kind: Deployment\n",
		"depctl/templates/tests/more.txt": "x",
		"depctl/values.yaml":              "gate:\n  image:\n    # The image.\n    repository: example.com:5000/team/depctl-gate\n    tag: v0.2.0\n    # The digest.\n    digest: sha256:abc\n  tag: mine\nui:\n  image:\n    repository: depctl.dev/depctl\n    tag: dev\n    digest: \"\"\n",
	}, got)

	require.NoError(t, os.WriteFile(filepath.Join(dir, "values.yaml"), []byte("gate: {}\n"), 0o600))
	_, err = Chart(dir, "v0.2.0", map[string]string{"depctl-gate": "example.com/depctl-gate:v0.2.0@sha256:abc"})
	require.EqualError(t, err, "values.yaml names no image of depctl")
}
