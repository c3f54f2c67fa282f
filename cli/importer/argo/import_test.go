package argo

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
)

var update = flag.Bool("update", false, "write the golden files")

// said returns all that an importer has made, as text.
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

func TestWorkflowsBecomeManifests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			require.NoError(t, err)
			file := []output.File{{Name: filepath.Base(name), Text: string(text)}}
			got := said(t, Import(file, Options{}))
			require.Equal(t, got, said(t, Import(file, Options{})), "the same input, and not the same bytes")
			if *update {
				require.NoError(t, os.WriteFile(name+".golden", []byte(got), 0o644))
				return
			}
			want, err := os.ReadFile(name + ".golden")
			require.NoError(t, err)
			require.Equal(t, string(want), got)
		})
	}
}

// one imports a workflow of one template main, beside leaf and two, and returns what is
// annotated on a Job.
func one(t *testing.T, main string) *output.Output {
	t.Helper()
	return Import([]output.File{{Name: "w.yaml", Text: `kind: Workflow
metadata: {name: w}
spec:
  entrypoint: main
  templates:
  - name: leaf
    container: {image: busybox, command: [run]}
  - name: main
` + main}}, Options{})
}

func TestWordsOfDepends(t *testing.T) {
	t.Parallel()
	for depends, want := range map[string]string{
		"a":                    "w-a",
		"a && b":               "w-a, w-b",
		"a.Succeeded || b":     "(w-a or w-b), finished(w-a, w-b)",
		"a.Failed":             "failed(w-a)",
		"a.Errored":            "failed(w-a), not failed(w-a, code=1..255), not failed(w-a, reason=DeadlineExceeded)",
		"c.Omitted":            "skipped(w-c)",
		"!a.Failed && b":       "not failed(w-a), w-b, finished(w-a)",
		"a && (b.Failed || c)": "w-a, (failed(w-b) or w-c), finished(w-b, w-c)",
		"loop.AnySucceeded":    "succeeded(w-loop-0, w-loop-1) >= 1, finished(w-loop-0, w-loop-1)",
		"loop.AllFailed":       "failed(w-loop-0, w-loop-1) >= 100%, finished(w-loop-0, w-loop-1)",
		"array.AnySucceeded":   "succeeded(w-array[*]) >= 1",
		"array.AllFailed && a": "failed(w-array[*]) >= 100%, w-a",
		"maybe":                "w-a, (w-maybe or skipped(w-maybe))",
		"maybe.Skipped":        "w-a, skipped(w-maybe)",
		"a.Daemoned || a":      "w-a",
	} {
		out := one(t, `    dag:
      tasks:
      - {name: a, template: leaf}
      - {name: b, template: leaf}
      - {name: c, template: leaf, depends: a}
      - {name: loop, template: leaf, withItems: [x, y]}
      - {name: array, template: leaf, withSequence: {count: 3}}
      - {name: maybe, template: leaf, depends: a, when: "{{tasks.a.outputs.result}} == yes"}
      - {name: me, template: leaf, depends: "`+depends+`"}
`)
		require.Empty(t, out.Problems, depends)
		require.Equal(t, want, dependsOn(t, out, "w-me"), depends)
	}
}

func TestParallelismOfGraphs(t *testing.T) {
	t.Parallel()
	out := one(t, `    parallelism: 2
    dag:
      tasks:
      - {name: a, template: inner}
      - {name: b, template: inner}
      - {name: c, template: inner}
      - {name: d, template: inner, depends: a}
      - {name: e, template: inner, depends: a && b && c && d}
  - name: inner
    steps: [[{name: x, template: leaf}], [{name: y, template: leaf}]]
`)
	require.Empty(t, out.Problems)
	require.Equal(t, "finished(w-a-x, w-a-y) or finished(w-b-x, w-b-y)", dependsOn(t, out, "w-c-x"), "any of the two before")
	require.Equal(t, "w-a-y, (finished(w-b-x, w-b-y) or finished(w-c-x, w-c-y))", dependsOn(t, out, "w-d-x"))
	require.Equal(t, "w-a-y, w-b-y, w-c-y, w-d-y", dependsOn(t, out, "w-e-x"))
}

func dependsOn(t *testing.T, out *output.Output, name string) string {
	t.Helper()
	texts, err := out.YAML()
	require.NoError(t, err)
	for _, m := range texts {
		if m.Name == name {
			_, rest, _ := strings.Cut(m.Text, "depctl.dev/depends-on: ")
			lines := strings.Split(rest, "\n")
			text := lines[0]
			for _, line := range lines[1:] {
				if !strings.HasPrefix(line, "      ") || strings.Contains(line, ": ") {
					break
				}
				text += " " + strings.TrimSpace(line)
			}
			return strings.Trim(text, "'")
		}
	}
	require.Fail(t, "there is no Job "+name)
	return ""
}

// FuzzImport looks for texts that make it panic, or not end.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.yaml")
	require.NoError(f, err)
	for _, name := range files {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := Import([]output.File{{Name: "w.yaml", Text: text}}, Options{})
		_, err := out.YAML()
		require.NoError(t, err)
	})
}

// FuzzDepends looks for a "depends" that cannot be read, and is not refused.
func FuzzDepends(f *testing.F) {
	for _, text := range []string{"a", "a && (b.Failed || !c)", "!(", "a.b.c", "&& a", "not a and b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := parseDepends(text); err == nil {
			require.NotEmpty(t, d.tasks())
		}
	})
}

// FuzzFormula looks for a formula that makes it panic.
func FuzzFormula(f *testing.F) {
	for _, text := range []string{"a == b && c != 'd'", "jsonpath(x, '$.a[0]')", "1 + 2 * 3 > 4 ? a : b", "!(true)", "workflow.parameters['x']"} {
		f.Add(text)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		s := scope{w: &workflow{importer: &importer{out: &output.Output{}}}}
		_, _ = s.evaluate(text)
		_, _ = s.condition(text)
	})
}
