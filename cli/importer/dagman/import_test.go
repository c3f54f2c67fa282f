package dagman

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
)

var update = flag.Bool("update", false, "write the golden files")

func open(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		return "", errors.New("there is no file " + name)
	}
	return string(text), nil
}

func said(t *testing.T, out *output.Output) string {
	t.Helper()
	var b strings.Builder
	for _, e := range out.Report {
		b.WriteString("note: " + e.Place.String() + ": " + e.Part + ": " + e.Became + "\n")
	}
	for _, p := range out.Problems {
		b.WriteString("error: " + p.String() + "\n")
	}
	texts, err := out.YAML()
	require.NoError(t, err)
	for _, m := range texts {
		b.WriteString("---\n" + m.Text)
	}
	return b.String()
}

func TestDAGsBecomeManifests(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"diamond.dag", "refused.dag"} {
		text, err := open(name)
		require.NoError(t, err)
		got := said(t, Import([]output.File{{Name: name, Text: text}}, Options{Open: open}))
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			continue
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), got)
	}
}

func TestARescueFileSaysWhatIsDone(t *testing.T) {
	t.Parallel()
	dag := "JOB A {\nexecutable = a\n}\nJOB B {\nexecutable = b\n}\nPARENT A CHILD B\n"
	out := Import([]output.File{{Name: "d.dag", Text: dag}, {Name: "d.dag.rescue001", Text: "# done\nDONE A\n"}}, Options{Image: "alpine"})
	require.Empty(t, out.Problems)
	require.Len(t, out.Objects, 1, "A is done, and B waits for nothing")
	require.NotContains(t, said(t, out), "depends-on")
}

func TestCirclesAreRefused(t *testing.T) {
	t.Parallel()
	dag := "JOB A {\nexecutable = a\n}\nJOB B {\nexecutable = b\n}\nPARENT A CHILD B\nPARENT B CHILD A\n"
	out := Import([]output.File{{Name: "d.dag", Text: dag}}, Options{Image: "alpine"})
	require.Contains(t, said(t, out), "nodes wait for one another: A -> B -> A")
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		`one two  three`:            {"one", "two", "three"},
		`"one 'two and' three"`:     {"one", "two and", "three"},
		`"a ""quoted"" 'it''s' ''"`: {"a", `"quoted"`, "it's", ""},
		``:                          nil,
	} {
		got, err := arguments(text)
		require.NoError(t, err)
		if len(want) == 0 {
			require.Empty(t, got)
			continue
		}
		require.Equal(t, want, got, text)
	}
	_, err := arguments(`"it's"`)
	require.ErrorContains(t, err, "not closed")
}

func TestAmounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"512": "512Mi", "2 GB": "2Gi", "1.5G": "1.5Gi", "100MB": "100Mi", "lots": "?"} {
		require.Equal(t, want, amount(text, "Mi"), text)
	}
	require.Equal(t, "1024Ki", amount("1024", "Ki"))
	require.Equal(t, "2", amount("2", ""))
}

// FuzzImport looks for DAGs that make it panic, or not end.
func FuzzImport(f *testing.F) {
	for _, name := range []string{"diamond.dag", "refused.dag", "inner.dag"} {
		text, err := open(name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := Import([]output.File{{Name: "d.dag", Text: text}}, Options{Image: "alpine"})
		_, err := out.YAML()
		require.NoError(t, err)
	})
}

// FuzzSubmit looks for submit descriptions that do.
func FuzzSubmit(f *testing.F) {
	text, err := open("x.sub")
	require.NoError(f, err)
	f.Add(text)
	f.Add("a = $(b)\nb = $(a)\nexecutable = $(a)\nqueue 3 x, y from (\n1 2\n3 4\n)")
	f.Fuzz(func(t *testing.T, text string) {
		out := Import([]output.File{{Name: "d.dag", Text: "JOB A a.sub\n"}, {Name: "a.sub", Text: text}}, Options{Image: "alpine"})
		_, err := out.YAML()
		require.NoError(t, err)
	})
}
