package web_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/ui/web"
)

// What is embedded is what the sources give: the same line of go:generate that made
// it makes it once more, in another folder.
func TestThePageIsWhatTheSourcesGive(t *testing.T) {
	t.Parallel()
	fresh := t.TempDir()
	out, err := exec.Command("go", bundling(t, fresh)...).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Empty(t, string(out))

	made := read(t, os.DirFS(fresh))
	kept := read(t, web.Files())
	for name, text := range made {
		require.True(t, text == kept[name], "dist/%s is not what src gives; run: make ui", name)
		delete(kept, name)
	}
	require.Empty(t, kept, "nothing in src gives these; remove dist and run: make ui")
}

// bundling returns the command in embed.go that bundles the page, with another output folder.
func bundling(t *testing.T, out string) []string {
	t.Helper()
	source, err := os.ReadFile("embed.go")
	require.NoError(t, err)
	for line := range strings.Lines(string(source)) {
		if command, is := strings.CutPrefix(line, "//go:generate go "); is {
			require.Contains(t, command, "--outdir=dist")
			return strings.Fields(strings.Replace(command, "--outdir=dist", "--outdir="+filepath.ToSlash(out), 1))
		}
	}
	t.Fatal("embed.go does not say how the page is bundled")
	return nil
}

func read(t *testing.T, files fs.FS) map[string]string {
	t.Helper()
	texts := map[string]string{}
	require.NoError(t, fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		texts[path] = string(text)
		return err
	}))
	return texts
}
