package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rhysd/actionlint"
	"github.com/stretchr/testify/require"
)

// TestWorkflowsAreSound reads the workflows of GitHub as actionlint does. They have never run.
func TestWorkflowsAreSound(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	require.NoError(t, err)
	require.Len(t, files, 2)
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	require.NoError(t, err)
	found, err := linter.LintFiles(files, nil)
	require.NoError(t, err)
	for _, f := range found {
		t.Error(f)
	}
	used := regexp.MustCompile(`(?m)^[ -]*uses: (.*)$`)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		actions := used.FindAllStringSubmatch(string(text), -1)
		require.NotEmpty(t, actions)
		for _, action := range actions {
			require.Regexp(t, pinned, action[1], "%s: an action is named by its commit, with its version in a comment", file)
		}
		require.Regexp(t, `(?m)^permissions:\n  contents: read$`, string(text), "%s: jobs ask for more than that one by one", file)
	}
}

// A workflow that is not sound is found, so the linter does read them.
func TestAMistakeInAWorkflowIsFound(t *testing.T) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	require.NoError(t, err)
	found, err := linter.Lint("release.yml", []byte("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nothing }}\n"), nil)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Contains(t, found[0].Message, "nothing")
}
