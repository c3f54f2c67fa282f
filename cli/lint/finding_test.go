package lint

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/manifest"
)

// showPlace returns where a finding is.
func showPlace(f manifest.Finding) string {
	at := manifest.FindingsJSON([]manifest.Finding{f})[0]
	return fmt.Sprintf("%d:%d-%d:%d", at.Line, at.Column, at.EndLine, at.EndColumn)
}

// badManifests is a text with findings of every sort: about a Job, about a
// template, about the file; in one line and over two.
const badManifests = `kind: Job
metadata: {name: "ü, x", namespace: etl, annotations: {depctl.dev/depends-on: "a, B
  , 100%, succeeded(a,
  b) => 1, shard-*"}}
---
kind: CronJob
metadata: {name: nightly}
spec: {jobTemplate: {metadata: {annotations: {depctl.dev/depends-on: 7}}}}
---
{{- if template }}
kind: Job
`

// runLint runs one command line and returns what it wrote and its exit code.
func runLint(on command.Terminal, stdin string, args ...string) (stdout, stderr string, code int) {
	var out, errOut bytes.Buffer
	f := cluster.NewFactory(command.Build{Version: "v1.2.3"})
	f.Terminal = func(io.Writer) command.Terminal { return on }
	cmd := New(f, genericiooptions.IOStreams{In: strings.NewReader(stdin), Out: &out, ErrOut: &errOut})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetArgs(args)
	var end command.Ended
	if err := cmd.ExecuteContext(context.Background()); errors.As(err, &end) {
		code = int(end)
	} else if err != nil {
		code = command.ExitError
	}
	return out.String(), errOut.String(), code
}

func writeManifest(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

func TestTheFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	path := writeManifest(t, "a b,%:ü.yaml", badManifests)
	lint := func(format string) string {
		stdout, stderr, code := runLint(command.Terminal{}, "", "-o", format, path)
		require.Equal(t, command.ExitUnreadable, code, stderr)
		again, _, _ := runLint(command.Terminal{}, "", "-o", format, path)
		require.Equal(t, stdout, again, "the same input gives the same bytes")
		return stdout
	}

	var list struct{ Items []manifest.FindingJSON }
	decoder := json.NewDecoder(strings.NewReader(lint(command.OutputJSON)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&list))
	items := list.Items
	require.Len(t, items, 5)
	require.Equal(t, manifest.FindingJSON{
		File: path, Document: 1, Kind: "Job", Namespace: "etl", Name: "ü, x", Line: 2, Column: 83, EndLine: 2, EndColumn: 84,
		Severity: "error", Code: "bad-name", Message: `"B" has upper case letters, names of objects have none`, Hint: `did you mean "b"?`,
	}, items[0])
	require.Equal(t, []any{2, "CronJob", "default", "nightly", "yaml-scalar"},
		[]any{items[3].Document, items[3].Kind, items[3].Namespace, items[3].Name, items[3].Code})
	require.Equal(t, []any{3, "", "", "", "yaml-syntax"},
		[]any{items[4].Document, items[4].Kind, items[4].Namespace, items[4].Name, items[4].Code})

	var log sarif
	decoder = json.NewDecoder(strings.NewReader(lint(outputSARIF)))
	decoder.DisallowUnknownFields()
	require.NoError(t, decoder.Decode(&log))
	require.Equal(t, "2.1.0", log.Version)
	require.Len(t, log.Runs, 1)
	results, rules := log.Runs[0].Results, log.Runs[0].Tool.Driver.Rules
	require.Len(t, results, len(items))
	commands := strings.Split(strings.TrimSuffix(lint(outputGitHub), "\n"), "\n")
	require.Len(t, commands, len(items), "one line each")
	drawn := lint(outputText)
	for i, item := range items {
		require.Equal(t, item.Code, results[i].RuleID)
		require.Equal(t, item.Code, rules[results[i].RuleIndex].ID)
		require.NotEmpty(t, rules[results[i].RuleIndex].ShortDescription.Text)
		require.Equal(t, item.Severity, results[i].Level)
		place := results[i].Locations[0].PhysicalLocation
		require.Equal(t, sarifRegion{item.Line, item.Column, item.EndLine, item.EndColumn}, place.Region)
		require.True(t, strings.HasPrefix(place.ArtifactLocation.URI, "file:///"))
		require.True(t, strings.HasSuffix(place.ArtifactLocation.URI, "/a%20b,%25:%C3%BC.yaml"), place.ArtifactLocation.URI)
		require.True(t, strings.HasPrefix(commands[i], "::"+item.Severity+" file="), commands[i])
		require.Contains(t, commands[i], fmt.Sprintf("/a b%%2C%%25%%3Aü.yaml,line=%d,col=%d,", item.Line, item.Column))
		require.Contains(t, drawn, fmt.Sprintf("%s:%d:%d: %s: ", path, item.Line, item.Column, item.Severity))
		require.Contains(t, drawn, fmt.Sprintf(" [%s]\n", item.Code))
	}
	require.Contains(t, commands[1], `"%25"`)
}

func TestColourIsForTerminals(t *testing.T) {
	t.Parallel()
	path := writeManifest(t, "a.yaml", "kind: Job\nmetadata:\n  annotations:\n    depctl.dev/depends-on: A\n")
	stdout, stderr, code := runLint(command.Terminal{Colour: true}, "", path)
	require.Equal(t, command.ExitFindings, code)
	require.Equal(t, "1 error in 1 Job of 1 file\n", stderr)
	require.Equal(t, "\x1b[1m"+path+":4:28:\x1b[0m \x1b[1;31merror:\x1b[0m \"A\" has upper case letters, names of objects have none [bad-name]\n"+
		"      depctl.dev/depends-on: A\n  \x1b[32m                           ^\x1b[0m\n  did you mean \"a\"?\n", stdout)
}

func TestWhatIsDrawnCannotDriveATerminal(t *testing.T) {
	t.Parallel()
	text := "kind: Job\nmetadata: {name: x, annotations: {depctl.dev/depends-on: \"a\\e[31m, \\u202Eb, !\\0\"}}\n---\nkind: Job\nmetadata: {annotations: {depctl.dev/depends-on: !\u202ex\u200b y}}\n"
	for _, format := range []string{outputText, outputGitHub} {
		stdout, _, _ := runLint(command.Terminal{}, text, "-o", format, "-")
		require.NotEmpty(t, stdout)
		for _, sign := range []string{"\x1b", "\u202e", "\u200b", "\x00"} {
			require.NotContains(t, stdout, sign)
		}
	}
}

// FuzzFindings lints texts of all sorts: every finding is at a place in the text.
func FuzzFindings(f *testing.F) {
	for _, seed := range []string{
		"a: b, c", "a: 'x''y'", `a: "b\x41\u00e9\U0001F600\` + "\n" + ` c"`, "a: >-\n  b\n  c\n", "a: |2+\n    b\n\n", "a: >\n\n  b\n   c\n\n  d\n",
		"a:\r\n - b\r\n - |\r\n  c\r\n", "\ufeffa: b", "a: &x !t b\nc: *x\n", "{a: b, c}", `{"a": "\/\ud83d\ude00"}`, "a: b\n...\nc: d\n", "? a\n: |\n  b\n",
		"a: b\u0085  c\u2028d", "--- >1\n x\n--- 'y'\n", "&0:0",
	} {
		f.Add(seed)
	}
	for _, value := range []string{"a, B", "!a", "*a", "&a b", "{a, b}", "[a, b]", "12", "yes", "a[i], {", "'a' or b", ">-\n   a,\n   B", "\"a\\x41, \\\n  shard-*\""} {
		f.Add("kind: Job\nmetadata:\n annotations:\n  depctl.dev/depends-on: " + value)
		f.Add("{kind: Job, metadata: {annotations: {depctl.dev/depends-on: " + value + "}}}")
	}
	f.Add(badManifests)
	f.Add(badManifests)
	f.Fuzz(func(t *testing.T, text string) {
		m := manifest.NewManifest("test.yaml", []byte(text))
		found := newLinting([]*manifest.Manifest{m}, "default", "").findings(m)
		for _, d := range found {
			require.LessOrEqual(t, 0, d.Span.Start)
			require.LessOrEqual(t, d.Span.Start, d.Span.End)
			require.LessOrEqual(t, d.Span.End, len(m.Text))
		}
		require.True(t, utf8.ValidString(manifest.DrawFindings(found, false)))
	})
}
