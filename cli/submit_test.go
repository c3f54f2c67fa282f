package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

// arguments returns what a script of testdata says of how it is submitted:
// options, and behind a semicolon what goes to the script.
func arguments(t *testing.T, text string) (options, rest []string) {
	t.Helper()
	_, line, ok := strings.Cut(text, "# submit:")
	require.True(t, ok, "it lacks the line # submit:")
	line, _, _ = strings.Cut(line, "\n")
	before, after, _ := strings.Cut(line, ";")
	return split(before), split(after)
}

// split returns the words of a line; those in quotes belong together.
func split(line string) []string {
	var list []string
	for i, part := range strings.FieldsFunc(strings.ReplaceAll(line, `"`, "'")+" ", func(r rune) bool { return r == '\'' }) {
		if i%2 == 1 {
			list = append(list, part)
		} else {
			list = append(list, strings.Fields(part)...)
		}
	}
	return list
}

// TestScriptsOfBatchSystems submits every script in testdata/scripts in a dry
// run. The golden file beside it has the YAML, and behind dashes the notes.
func TestScriptsOfBatchSystems(t *testing.T) {
	scripts := scriptsIn(t, "batch/testdata/scripts")
	require.GreaterOrEqual(t, len(scripts), 60)
	prefixes := map[string]int{}
	for _, script := range scripts {
		text, err := os.ReadFile(script)
		require.NoError(t, err)
		for _, prefix := range []string{"#DEPCTL", "#SBATCH", "#$ ", "#PBS", "#BSUB"} {
			if strings.Contains(string(text), prefix) {
				prefixes[prefix]++
			}
		}
		t.Run(filepath.Base(script), func(t *testing.T) {
			stdout, stderr, code := submitScript(t, script, string(text))
			require.Zero(t, code, stderr)
			requireGolden(t, script+".golden", stdout, stderr)
			requireSound(t, stdout)
		})
	}
	for prefix, count := range prefixes {
		require.GreaterOrEqual(t, count, 9, "scripts with %s", prefix)
	}
}

// TestMistakesInScripts submits what cannot be submitted.
func TestMistakesInScripts(t *testing.T) {
	for _, script := range scriptsIn(t, "batch/testdata/mistakes") {
		text, err := os.ReadFile(script)
		require.NoError(t, err)
		t.Run(filepath.Base(script), func(t *testing.T) {
			stdout, stderr, code := submitScript(t, script, string(text))
			require.Equal(t, command.ExitError, code, stderr)
			require.Empty(t, stdout)
			requireGolden(t, script+".golden", "", stderr)
		})
	}
}

func scriptsIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(folder + "/*")
	require.NoError(t, err)
	return slices.DeleteFunc(files, func(name string) bool { return filepath.Ext(name) == ".golden" })
}

func submitScript(t *testing.T, script, text string) (stdout, stderr string, code int) {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
	options, rest := arguments(t, text)
	args := slices.Concat([]string{"submit", "--dry-run=client", "-o", "yaml"}, options, []string{script}, rest)
	return runDepctl(testFactory(command.Terminal{}), "", args...)
}

func requireGolden(t *testing.T, golden, stdout, stderr string) {
	t.Helper()
	got := stdout
	if stderr != "" {
		got += "-----\n" + stderr
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err, "run with -update to write it")
	require.Equal(t, string(want), got)
}

// requireSound asserts what is so of every submitted Job.
func requireSound(t *testing.T, text string) {
	t.Helper()
	first, _, _ := strings.Cut(text, "\n---\n")
	job := &batchv1.Job{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(first), job))
	numbers, err := request.Numbers(job)
	require.NoError(t, err)
	if expression, ok := job.Annotations[gate.DependsOnAnnotation]; ok {
		expr, err := gate.Observe(job).Parse()
		require.NoError(t, err)
		require.Equal(t, expr.String(), expression, "it is canonical")
		require.True(t, *job.Spec.Suspend)
	}
	if numbers != nil {
		require.Nil(t, job.Spec.BackoffLimit)
		require.NotNil(t, job.Spec.BackoffLimitPerIndex)
	}
}
