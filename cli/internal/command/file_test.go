package command

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheFormatOfAFile(t *testing.T) {
	endings := []Ending{{".png", "png"}, {".svg", "svg"}}
	for name, tt := range map[string]struct{ file, output, want, wrong string }{
		"without a file -o counts":            {output: "svg", want: "svg"},
		"the ending counts without -o":        {file: "a.png", want: "png"},
		"the ending may be in capitals":       {file: "a.PNG", want: "png"},
		"-o and the ending may agree":         {file: "a.svg", output: "svg", want: "svg"},
		"-o counts where the ending has none": {file: "a.picture", output: "svg", want: "svg"},
		"text has an ending too":              {file: "a.txt"},
		"-o and the ending may not differ":    {file: "a.svg", output: "png", wrong: "say different formats"},
		"an unknown ending needs -o":          {file: "a.pdf", wrong: "end it in .png or .svg"},
		"a name without an ending needs -o":   {file: "png", wrong: "say it with -o"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := OutputByFile(tt.file, tt.output, endings)
			if tt.wrong != "" {
				require.ErrorContains(t, err, tt.wrong)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

// says returns what writes a text, and then fails if there is an error.
func says(text string, err error) func(io.Writer) error {
	return func(w io.Writer) error {
		_, _ = io.WriteString(w, text)
		return err
	}
}

func TestAFileIsWrittenAsAWholeOrNotAtAll(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "graph.svg")
	has := func(text string, names ...string) {
		t.Helper()
		got, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Equal(t, text, string(got))
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		var there []string
		for _, e := range entries {
			there = append(there, e.Name())
		}
		require.Equal(t, names, there, "nothing else is left")
	}

	require.NoError(t, WriteFile(file, says("one", nil)))
	has("one", "graph.svg")
	require.NoError(t, os.Chmod(file, 0o640))
	require.NoError(t, WriteFile(file, says("two", nil)))
	has("two", "graph.svg")
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode().Perm(), "it keeps its mode")

	failed := errors.New("too large")
	require.ErrorIs(t, WriteFile(file, says("half", failed)), failed)
	has("two", "graph.svg")

	link := filepath.Join(folder, "link.svg")
	require.NoError(t, os.Symlink("graph.svg", link))
	require.NoError(t, WriteFile(link, says("three", nil)))
	has("three", "graph.svg", "link.svg")
	info, err = os.Lstat(link)
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeSymlink, "a link stays a link")
}

func TestAFileThatCannotBeWritten(t *testing.T) {
	folder := t.TempDir()
	require.ErrorContains(t, WriteFile(folder, says("x", nil)), "is a folder")
	require.ErrorContains(t, WriteFile(filepath.Join(folder, "none", "graph.svg"), says("x", nil)), "no such file")
	require.NoError(t, WriteFile("/dev/null", says("x", nil)))
	info, err := os.Stat("/dev/null")
	require.NoError(t, err)
	require.NotZero(t, info.Mode()&os.ModeDevice, "a device stays a device")
}
