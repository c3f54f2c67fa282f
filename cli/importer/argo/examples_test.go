package argo

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/importer/output"
)

var examples = flag.String("examples", "", "the folder examples of argoproj/argo-workflows: print the table of what imports")

// refusedFeatures are what migration.md counts: a workflow with one of these keys need not
// be carried.
var refusedFeatures = []string{
	"artifacts", "withParam", "resource", "http", "daemon", "containerSet", "sidecars", "data", "memoize", "plugin",
}

// TestExamples imports each example of Argo, with the other files of its folder for the
// templates that it refers to, and prints which are carried.
func TestExamples(t *testing.T) {
	if *examples == "" {
		t.Skip("-examples names no folder")
	}
	var files, templates []output.File
	require.NoError(t, filepath.WalkDir(*examples, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(*examples, path)
		files = append(files, output.File{Name: name, Text: string(text)})
		return err
	}))
	for _, file := range files {
		documents, err := read(file)
		if err == nil && !slices.ContainsFunc(documents, func(d tree) bool { return !strings.HasSuffix(d.text("kind"), "WorkflowTemplate") }) {
			templates = append(templates, file)
		}
	}
	type row struct{ name, class, why string }
	var rows []row
	counts := map[string]int{}
	for _, file := range files {
		documents, err := read(file)
		require.NoError(t, err, file.Name)
		if !slices.ContainsFunc(documents, func(d tree) bool {
			return slices.Contains([]string{"Workflow", "CronWorkflow", "WorkflowTemplate", "ClusterWorkflowTemplate"}, d.text("kind"))
		}) {
			continue
		}
		all := []output.File{file}
		if slices.ContainsFunc(documents, func(d tree) bool { return d.text("kind") == "Workflow" || d.text("kind") == "CronWorkflow" }) {
			for _, other := range templates {
				if other.Name != file.Name {
					all = append(all, other)
				}
			}
		}
		// Two templates are called with parameters that argo submit -p must give, too.
		given := map[string]string{}
		for _, name := range []string{"message", "appellation"} {
			if d := documents[0]; d.text("kind") == "WorkflowTemplate" && !named(d.list("spec", "arguments", "parameters"), name).get("value").there() {
				given[name] = "x"
			}
		}
		out := Import(all, Options{Parameters: given})
		class := "plain"
		for line := range strings.SplitSeq(file.Text, "\n") {
			key, _, _ := strings.Cut(strings.TrimLeft(line, " -"), ":")
			if slices.Contains(refusedFeatures, key) {
				class = "refused feature"
			}
		}
		why := ""
		if len(out.Problems) > 0 {
			why = out.Problems[0].String()
			why, _, _ = strings.Cut(why, "\n")
			class += ", not carried"
		} else {
			class += ", carried"
		}
		for _, o := range out.Problems {
			require.NotZero(t, cmp.Or(o.Line, len(out.Objects)), "%s: %s has no line", file.Name, o)
		}
		counts[class]++
		rows = append(rows, row{file.Name, class, why})
		texts, err := out.YAML()
		require.NoError(t, err)
		again, err := Import(all, Options{Parameters: given}).YAML()
		require.NoError(t, err)
		require.Equal(t, texts, again, "%s: the same input gives other bytes", file.Name)
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(a.class, b.class), cmp.Compare(a.name, b.name)) })
	for _, r := range rows {
		fmt.Printf("%-28s %-60s %s\n", r.class, r.name, r.why)
	}
	fmt.Println(counts)
}
