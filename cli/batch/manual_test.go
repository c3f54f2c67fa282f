package batch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/batch/request"
)

// manual is the list of the options that a manual has, from the folder of its dialect.
type manual struct {
	dialect *request.Dialect
	title   string
	// count is how many options the manual describes.
	count  int
	listed []listed
}

// listed is an option as the manual has it.
type listed struct {
	names   []string
	value   string
	section string
}

// manuals reads the lists, manual.tsv and others in the folder of each dialect: two
// lines of comment, then the names of an option, what it takes (none, value, two, or
// maybe), and the manual's section.
func manuals(t *testing.T) []manual {
	t.Helper()
	var all []manual
	for _, d := range dialects()[1:] {
		files, err := filepath.Glob(d.Name + "/*.tsv")
		require.NoError(t, err)
		require.NotEmpty(t, files, "%s has no list of a manual", d.Name)
		for _, file := range files {
			all = append(all, readManual(t, d, file))
		}
	}
	return all
}

func readManual(t *testing.T, d *request.Dialect, file string) manual {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	m := manual{dialect: d, title: strings.TrimPrefix(lines[0], "# manual: ")}
	m.count, err = strconv.Atoi(strings.TrimPrefix(lines[1], "# options: "))
	require.NoError(t, err)
	for _, line := range lines[2:] {
		fields := strings.Split(line, "\t")
		require.Len(t, fields, 3, line)
		m.listed = append(m.listed, listed{strings.Fields(fields[0]), fields[1], fields[2]})
	}
	return m
}

// elsewhere are options that no list has: of older releases, of a sister, or known
// to the program alone.
func elsewhere() map[string][]string {
	return map[string][]string{
		"slurm": {"--autocomplete", "--checkpoint", "--checkpoint-dir", "--context", "--external", "--mpi", "--ntasks-per-tres", "--power"},
		"pbs":   {"-E", "-F", "-L"},
		"lsf":   {"-smt"},
	}
}

// TestEveryOptionOfTheManualsHasAFate compares the lists of the manuals with the
// program, in both directions.
func TestEveryOptionOfTheManualsHasAFate(t *testing.T) {
	t.Parallel()
	inLists := map[string]map[*request.Option]bool{}
	dialects := map[string]*request.Dialect{}
	for _, m := range manuals(t) {
		require.Len(t, m.listed, m.count, "%s has so many options", m.title)
		d := m.dialect
		if known := dialects[d.Name]; known != nil {
			d = known
		}
		dialects[d.Name] = d
		if inLists[d.Name] == nil {
			inLists[d.Name] = map[*request.Option]bool{}
		}
		seen := map[string]bool{}
		for _, l := range m.listed {
			require.NotEmpty(t, l.section, l.names)
			var o *request.Option
			for _, name := range l.names {
				require.False(t, seen[name], "%s twice in %s", name, m.title)
				seen[name] = true
				found := optionNamed(d, name)
				require.NotNil(t, found, "%s of %s", name, m.title)
				require.True(t, o == nil || o == found, "%s of %s are one option", l.names, m.title)
				o = found
			}
			if takes := takes(o); takes != "maybe" || l.value != "none" { // older releases gave it a value
				require.Equal(t, l.value, takes, "%s of %s", l.names, m.title)
			}
			inLists[d.Name][o] = true
		}
	}
	for name, d := range dialects {
		var others []string
		for i := range d.Options {
			if o := &d.Options[i]; !inLists[name][o] {
				others = append(others, o.Spellings()[0])
			}
		}
		require.ElementsMatch(t, elsewhere()[name], others, "options of %s that are in no list", name)
	}
}

// takes says what an option takes, in the words of the lists.
func takes(o *request.Option) string {
	switch {
	case o.Values == request.Maybe, o.Values == 0 && o.More != nil:
		return "maybe"
	case o.Values == 0:
		return "none"
	case o.Values == 2:
		return "two"
	}
	return "value"
}

const optionsPage = "../../docs/reference/options.md"

// TestThePageOfOptionsIsOfTheLists compares docs/reference/options.md with the lists and the
// program. With -update it writes the page.
func TestThePageOfOptionsIsOfTheLists(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# Every option of the batch systems

What ` + "`depctl submit`" + ` does with each option of these manuals. This page is made of the lists in the folders below ` + "`cli/batch`" + ` and of
the program (` + "`go test ./cli/batch -run ThePageOfOptions -update`" + `); a test compares them.

- **carried**: it becomes something of the Job, or asks for what is so anyway; some values are refused, with what to do.
  [batch.md](batch.md) shows what becomes of it.
- **ignored**: it is left out, with a note.
- **refused**: an error that says why and what to do. With ` + "`--ignore-unsupported`" + ` it is left out, with a note; and a site
  can ignore it for everybody ([submit.md](../guide/submit.md#the-defaults-of-a-site)).
`)
	for _, m := range manuals(t) {
		count := map[fate]int{}
		var rows strings.Builder
		listed := map[*request.Option]bool{}
		for _, l := range m.listed {
			o := optionNamed(m.dialect, l.names[0])
			listed[o] = true
			count[fateOf(o)]++
			fmt.Fprintf(&rows, "| `%s` | %s | %s | %s |\n", strings.Join(l.names, "`, `"), l.section, fateOf(o), reasonOf(o))
		}
		fmt.Fprintf(&b, "\n## %s\n\n%d options: %d carried, %d ignored, %d refused.\n\n| option | section of the manual | fate | reason |\n|---|---|---|---|\n%s",
			m.title, len(m.listed), count[carried], count[ignored], count[refused], rows.String())
	}
	b.WriteString("\n## In none of these manuals\n\nOptions of older releases and of sisters, and some that only the program knows.\n\n| option | system | fate | reason |\n|---|---|---|---|\n")
	for _, d := range Dialects() {
		for _, name := range elsewhere()[d] {
			o := optionNamed(dialects().named(d), name)
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", name, d, fateOf(o), reasonOf(o))
		}
	}
	if *update {
		require.NoError(t, os.WriteFile(optionsPage, []byte(b.String()), 0o644))
	}
	page, err := os.ReadFile(optionsPage)
	require.NoError(t, err)
	require.Equal(t, b.String(), string(page), "run with -update to write it")
}

// reason returns the text of the page.
func reasonOf(o *request.Option) string {
	text := o.Note + o.Refusal
	if o.Hint != "" {
		text += "; " + o.Hint
	}
	return strings.ReplaceAll(text, "|", `\|`)
}

func TestAMisspeltOptionIsNeverLeftOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect    string
		line, want string
	}{
		{"slurm", "--dependancy=afterok:a", "did you mean --dependency?"},
		{"slurm", "--oversubcribe", "did you mean --oversubscribe?"},
		{"slurm", "--mail=END", "write one of --mail-type, --mail-user"},
		{"gridengine", "-holdjid a", "did you mean -hold_jid?"},
		{"lsf", "-outdri x", "did you mean -outdir?"},
	} {
		for _, ignore := range []bool{false, true} {
			_, err := Compile(Input{Context: request.Context{Command: []string{"run"}, IgnoreUnsupported: ignore}, Options: []Option{{Dialect: c.dialect, Line: c.line}}})
			require.ErrorContains(t, err, c.want, c.line)
		}
	}
}

func TestAnOptionThatNobodyKnowsCanBeLeftOut(t *testing.T) {
	t.Parallel()
	made, err := Compile(Input{
		Context: request.Context{Command: []string{"run"}, IgnoreUnsupported: true},
		Options: []Option{{Dialect: Depctl, Name: "image", Value: "alpine"}, {Dialect: "slurm", Line: "--container-image=x --spank y -c 2"}},
	})
	require.NoError(t, err)
	require.Equal(t, []string{
		"--container-image: left out: this option of slurm is not known", "--spank: left out: this option of slurm is not known",
	}, slices.DeleteFunc(made.Notes, func(note string) bool { return strings.HasPrefix(note, "the Job") }))
	require.Equal(t, "2", made.Job.Spec.Template.Spec.Containers[0].Resources.Requests.Cpu().String())
}

func TestNamesOfOptionsMayBeCutAndJoinedAsGetoptDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect    string
		line, want string
	}{
		{"slurm", "--depend=afterok:a", "a"},
		{"slurm", "-Qdafterok:a", "a"},
		{"pbs", "-zWdepend=afterok:a", "a"},
		{"lsf", "-w a -n1 -W10", "a"},
	} {
		made, err := Compile(Input{
			Context: request.Context{Command: []string{"run"}}, Options: []Option{{Dialect: Depctl, Name: "image", Value: "alpine"}, {Dialect: c.dialect, Line: c.line}},
		})
		require.NoError(t, err, c.line)
		require.Equal(t, c.want, made.Job.Annotations["depctl.dev/depends-on"], c.line)
	}
}
