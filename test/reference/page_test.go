package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const repository = "../.."

func TestThePagesAreMadeFromTheCode(t *testing.T) {
	t.Parallel()
	for _, p := range pages {
		t.Run(filepath.Base(p.file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(repository, p.file))
			require.NoError(t, err)
			want, err := p.fill(repository, string(text))
			require.NoError(t, err)
			require.True(t, want == string(text), "%s is stale; run: go generate ./test/reference", p.file)
		})
	}
}

func TestEveryReasonIsInTheTableOfStatusesOrEvents(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, "docs/reference/events.md"))
	require.NoError(t, err)
	all, err := constants(repository, "gate")
	require.NoError(t, err)
	reasons := 0
	for _, c := range all {
		if strings.HasPrefix(c.name, "Reason") {
			reasons++
			require.GreaterOrEqual(t, strings.Count(string(text), "`"+c.value+"`"), 2, "%s is said nowhere by hand: whether it is the reason of a condition or of an event", c.value)
		}
	}
	require.Greater(t, reasons, 10)
}

func TestEveryCommandHasAManPage(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, writeManPages(dir))
	for _, name := range []string{"depctl.1", "depctl-graph.1", "depctl-lint.1", "depctl-wait.1"} {
		require.FileExists(t, filepath.Join(dir, name))
	}
}
