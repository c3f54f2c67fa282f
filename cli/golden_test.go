package cli

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	clocktesting "k8s.io/utils/clock/testing"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
)

var update = flag.Bool("update", false, "write the golden files and scripts anew")

func testFactory(t command.Terminal) *cluster.Factory {
	f := cluster.NewFactory(command.Build{Version: "v1.2.3", Commit: "abc", Go: "go1.26"})
	f.Clock = clocktesting.NewFakePassiveClock(time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC))
	f.Suffix = func() string { return "x7k2p" }
	f.Terminal = func(io.Writer) command.Terminal { return t }
	return f
}

// runDepctl runs one command line and returns what it wrote and its exit code.
func runDepctl(f *cluster.Factory, stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errOut bytes.Buffer
	streams := genericiooptions.IOStreams{In: strings.NewReader(stdin), Out: &out, ErrOut: &errOut}
	code = run(context.Background(), append([]string{"depctl"}, args...), f, streams)
	return out.String(), errOut.String(), code
}

// TestDrawings draws every file in testdata/drawings. Its first line has the
// arguments and, after a semicolon, what the terminal can do; the drawing, and
// after a line of dashes the notes, are in the .golden file beside it.
func TestDrawings(t *testing.T) {
	inputs, err := filepath.Glob("testdata/drawings/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, inputs)
	for _, input := range inputs {
		t.Run(strings.TrimSuffix(filepath.Base(input), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(input)
			require.NoError(t, err)
			head, _, _ := strings.Cut(strings.TrimPrefix(string(text), "# "), "\n")
			arguments, abilities, _ := strings.Cut(head, "; terminal: ")
			args := append([]string{"graph", "-o", "tree", "-f", input}, strings.Fields(arguments)...)

			stdout, stderr, code := runDepctl(testFactory(parseTerminal(t, abilities)), "", args...)
			require.Zero(t, code, stderr)
			again, _, _ := runDepctl(testFactory(parseTerminal(t, abilities)), "", args...)
			require.Equal(t, stdout, again, "the same input gives the same bytes")

			got := stdout
			if stderr != "" {
				got += "-----\n" + stderr
			}
			golden := strings.TrimSuffix(input, ".yaml") + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), got)
			requireFits(t, stdout, parseTerminal(t, abilities))
		})
	}
}

func parseTerminal(t *testing.T, abilities string) command.Terminal {
	t.Helper()
	made := command.Terminal{Glyphs: picture.Unicode()}
	for ability := range strings.SplitSeq(abilities, ", ") {
		switch {
		case ability == "":
		case ability == "ascii":
			made.Glyphs = picture.ASCII()
		case ability == "colour":
			made.Colour = true
		default:
			columns, err := strconv.Atoi(strings.TrimSuffix(ability, " columns"))
			require.NoError(t, err)
			made.Width = columns
		}
	}
	return made
}

func requireFits(t *testing.T, drawing string, on command.Terminal) {
	t.Helper()
	for line := range strings.Lines(drawing) {
		if on.Width > 0 && !on.Colour {
			require.LessOrEqual(t, picture.Width(strings.TrimSuffix(line, "\n")), on.Width, line)
		}
		if on.Glyphs.Fork == picture.ASCII().Fork {
			require.Equal(t, len(line), picture.Width(line), "only ASCII: %q", line)
		}
	}
}
