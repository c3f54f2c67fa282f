package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheExamplesOfTheDocumentation runs what docs/guide/inspecting.md shows.
func TestTheExamplesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../docs/guide/inspecting.md")
	require.NoError(t, err)
	examples := 0
	for block := range strings.SplitSeq(string(text), "```\n$ ") {
		command, rest, ok := strings.Cut(block, "\n")
		want, _, fenced := strings.Cut(rest, "```\n")
		if !strings.HasPrefix(command, "depctl ") || !ok || !fenced {
			continue
		}
		examples++
		client := nightCluster(nightObjects(), true)
		stdout, stderr, code := runDepctl(clusterFactory(t, client, parseTerminal(t, "80 columns")), "", strings.Fields(command)[1:]...)
		require.Zero(t, code, stderr)
		require.Equal(t, want, stdout, command)
	}
	require.Equal(t, 5, examples)
}

// TestTheExitCodesOfTheDocumentation keeps the table and the help together.
func TestTheExitCodesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../docs/reference/cli.md")
	require.NoError(t, err)
	for _, code := range []string{"0", "1", "2", "3", "124", "130"} {
		require.Contains(t, string(text), "\n| "+code+" | ")
		require.Contains(t, rootLong, "\n  "+code+" ")
	}
}
