package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// namedFile is a block of a page that begins with a comment that is the name of a file.
var namedFile = regexp.MustCompile("(?sm)^```(?:yaml)?\n(# ([a-z.]+)\n.*?)^```$")

// shownImport is a block with a command, and what it prints.
var shownImport = regexp.MustCompile("(?sm)^(```\n\\$ )(depctl [^\n]*)\n(.*?)(^```$)")

// TestTheExamplesOfImporters runs what the pages of importers show, with the files that they
// show. -update writes what the commands say.
func TestTheExamplesOfImporters(t *testing.T) {
	for name, commands := range map[string]int{"argo.md": 4, "dagman.md": 2, "replace-your-scheduler.md": 1} {
		t.Run(name, func(t *testing.T) { importerPage(t, name, commands) })
	}
}

func importerPage(t *testing.T, name string, commands int) {
	page, err := filepath.Abs(filepath.Join("../docs/guide", name))
	require.NoError(t, err)
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	for _, file := range namedFile.FindAllStringSubmatch(string(data), -1) {
		require.NoError(t, os.WriteFile(file[2], []byte(file[1]), 0o600))
	}
	ran := 0
	got := shownImport.ReplaceAllStringFunc(string(data), func(block string) string {
		parts := shownImport.FindStringSubmatch(block)
		ran++
		stdout, stderr, code := runDepctl(testFactory(parseTerminal(t, "80 columns")), "", strings.Fields(parts[2])[1:]...)
		require.Zero(t, code, stderr)
		return parts[1] + parts[2] + "\n" + stderr + stdout + parts[4]
	})
	require.Equal(t, commands, ran, name)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(got), 0o644))
		return
	}
	require.Equal(t, string(data), got, "go test ./cli -run TestTheExamplesOfImporters -update writes %s", name)
}
