package examples

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"depctl.dev/cli"
	"depctl.dev/gate"
)

// Names in expressions under prefixes and suffixes of kustomize, in one layer and in two.
func TestKustomize(t *testing.T) {
	t.Parallel()
	under := func(layer string) string {
		return "resources: [../" + layer + "]\nnamePrefix: eu-\nlabels: [{pairs: {depctl.dev/run: eu}}]\n"
	}
	for name, c := range map[string]struct {
		layer, over string
		// want is what each Job waits for, by its name, and lint what lint says of it.
		want map[string]string
		lint string
	}{
		"steps of a run keep their names, whatever the expression": {layer: "run", want: map[string]string{
			"dev-fetch-v2": "", "dev-check-v2": "fetch", "dev-publish-v2": "finished(check), fetch", "dev-tell-v2": "failed(run)",
		}},
		"steps of a run, two layers": {layer: "run", over: under("run"), want: map[string]string{
			"eu-dev-fetch-v2": "", "eu-dev-check-v2": "fetch", "eu-dev-publish-v2": "finished(check), fetch", "eu-dev-tell-v2": "failed(run)",
		}},
		"one name, and a list by its places": {layer: "names", want: map[string]string{
			"dev-gather": "", "dev-sift": "dev-gather", "dev-print": "dev-gather, dev-sift",
		}},
		"one name follows a second layer, a list does not, and lint finds it": {
			layer: "names", over: "resources: [../names]\nnamePrefix: eu-\n", want: map[string]string{
				"eu-dev-gather": "", "eu-dev-sift": "eu-dev-gather", "eu-dev-print": "dev-gather, dev-sift",
			}, lint: `did you mean "eu-dev-gather"?`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "deploy", "examples", "kustomize"))))
			at := filepath.Join(dir, c.layer)
			if c.over != "" {
				at = filepath.Join(dir, "over")
				require.NoError(t, os.Mkdir(at, 0o755))
				require.NoError(t, os.WriteFile(filepath.Join(at, "kustomization.yaml"), []byte(c.over), 0o600))
			}
			built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), at)
			require.NoError(t, err)
			found := map[string]string{}
			for _, job := range built.Resources() {
				found[job.GetName()] = job.GetAnnotations()[gate.DependsOnAnnotation]
			}
			require.Equal(t, c.want, found)
			text, err := built.AsYaml()
			require.NoError(t, err)
			said, err := lint(text)
			if c.lint == "" {
				require.NoError(t, err, said)
				return
			}
			require.Error(t, err)
			require.Contains(t, said, c.lint)
		})
	}
}

// lint returns what depctl lint says of manifests.
func lint(text []byte) (string, error) {
	var out bytes.Buffer
	command := cli.Command(genericiooptions.IOStreams{In: strings.NewReader(string(text)), Out: &out, ErrOut: &out})
	command.SetArgs([]string{"lint", "-"})
	err := command.Execute()
	return out.String(), err
}
