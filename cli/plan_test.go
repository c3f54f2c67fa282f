package cli

import (
	"bytes"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/command"
)

// TestPlans draws a recorded workflow in every format.
func TestPlans(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ args, abilities string }{
		"montage":          {"-n montage", "80 columns"},
		"montage-ascii":    {"-n montage --slots 16", "80 columns, ascii"},
		"montage-colour":   {"--no-headers", "160 columns, colour"},
		"montage-wide":     {"-n montage -o wide --slots 16", ""},
		"montage.svg":      {"-n montage -o svg", ""},
		"montage-dark":     {"-n montage -o svg --theme dark --default-duration 5s", ""},
		"montage.json":     {"-n montage -o json", ""},
		"montage.yaml":     {"-n montage -o yaml", ""},
		"montage-starting": {"-n montage --slots 16 --max-starting 8", "80 columns"},
		"montage-narrow":   {"", "40 columns"},
		"montage-expands":  {"-n montage --all", "80 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"plan", "-f", "testdata/plan/montage.yaml"}, strings.Fields(test.args)...)
			stdout, stderr, code := runDepctl(testFactory(parseTerminal(t, test.abilities)), "", args...)
			require.Zero(t, code, stderr)
			require.Empty(t, stderr)
			golden := "testdata/plan/" + name + ".golden"
			if *update {
				require.NoError(t, os.WriteFile(golden, []byte(stdout), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err, "run with -update to write it")
			require.Equal(t, string(want), stdout)
			if !strings.Contains(name, "narrow") && !strings.Contains(test.args, "-o") {
				requireFits(t, stdout, parseTerminal(t, test.abilities))
			}
		})
	}
}

func TestAChartIsAPicture(t *testing.T) {
	t.Parallel()
	for _, theme := range []string{"", "light", "dark"} {
		args := []string{"plan", "-f", "testdata/nightly", "-o", "png", "--theme", theme}
		stdout, stderr, code := runDepctl(testFactory(command.Terminal{}), "", args...)
		require.Zero(t, code, stderr)
		picture, err := png.Decode(bytes.NewBufferString(stdout))
		require.NoError(t, err)
		require.Greater(t, picture.Bounds().Dx(), 1000)
		again, _, _ := runDepctl(testFactory(command.Terminal{}), "", args...)
		require.Equal(t, stdout, again, "the same input gives the same bytes")
	}
}
