package lint

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

var update = flag.Bool("update", false, "write docs/reference/lint.md anew")

// arrayManifest is the array of the language's examples, for those that need one.
const arrayManifest = "---\nkind: Job\nmetadata: {name: array}\nspec: {completionMode: Indexed, completions: 10, template: {spec: {containers: [{}]}}}\n"

func TestEveryCodeHasADescription(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Codes() {
		require.Equal(t, code.Text(), describe(string(code)))
	}
	require.Empty(t, describe("no-such-code"))
}

func TestTheExampleOfEveryCodeIsFound(t *testing.T) {
	t.Parallel()
	for _, code := range lang.Codes() {
		example, ok := code.Example()
		if !ok {
			continue
		}
		quoted, err := json.Marshal(example)
		require.NoError(t, err)
		spec := ""
		if code == lang.SelfCycle {
			spec = "spec:\n  completionMode: Indexed\n  completions: 3\n"
		}
		got := lintText(t, "kind: Job\nmetadata:\n  name: me\n  annotations:\n    depctl.dev/depends-on: "+string(quoted)+"\n"+spec+arrayManifest)
		require.Contains(t, got, " "+string(code)+": ", "%s: %s", code, example)
	}
}

// TestDocumentation compares docs/reference/lint.md with what the language says of its
// codes, and lints the examples: the word behind "yaml" is the code to find.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	const file, begin, end = "../../docs/reference/lint.md", "<!-- codes -->\n", "<!-- end of codes -->"
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, _ := strings.Cut(string(data), begin)
	table, after, _ := strings.Cut(rest, end)
	want := "| code | meaning | example |\n|---|---|---|\n"
	for _, code := range lang.Codes() {
		example, ok := code.Example()
		if example == "" && ok {
			example = `""`
		}
		if ok {
			example = "`" + strings.ReplaceAll(example, "|", `\|`) + "`"
		}
		want += "| `" + string(code) + "` | " + code.Text() + " | " + example + " |\n"
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+want+end+after), 0o644))
	} else {
		require.Equal(t, want, table, "run with -update to write it")
	}
	examples := regexp.MustCompile("(?ms)^```yaml (\\S+)\n(.*?)^```$").FindAllStringSubmatch(before, -1)
	seen := map[string]bool{}
	for _, e := range examples {
		code, text := e[1], e[2]
		seen[code] = true
		got := lintText(t, "kind: Job\nmetadata:\n  name: me\n  "+strings.ReplaceAll(text, "\n", "\n  "))
		if code == "clean" {
			require.Empty(t, got, text)
		} else {
			require.Contains(t, got, " "+code+": ", text)
			require.NotContains(t, got, "\n", "one mistake each")
		}
	}
	for _, code := range []string{"clean", "yaml-tag", "yaml-flow", "yaml-scalar", "yaml-syntax"} {
		require.True(t, seen[code], code)
		require.True(t, code == "clean" || describe(code) != "")
	}
}

// denying is the access of somebody who may see nothing elsewhere.
type denying struct{}

func (denying) Answer(gate.Question) gate.Answer { return gate.Denied }

// TestEveryRuleIsDocumented lints the example of each rule in docs/reference/lint.md, and
// then once more with the annotation that silences it.
func TestEveryRuleIsDocumented(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/reference/lint.md")
	require.NoError(t, err)
	_, rules, _ := strings.Cut(string(data), "<!-- end of codes -->")
	for _, rule := range lintRules() {
		t.Run(string(rule.code), func(t *testing.T) {
			section := regexp.MustCompile("(?ms)^### " + string(rule.code) + "\n\n.*?^```yaml " + string(rule.code) + "\n(.*?)^```$").FindStringSubmatch(rules)
			require.NotNil(t, section, "docs/reference/lint.md has no section with an example")
			lint := func(text string) (found []string) {
				m := manifest.NewManifest("test.yaml", []byte(text))
				run := ""
				if rule.code == "no-step" {
					run = "nightly"
				}
				l := newLinting([]*manifest.Manifest{m}, "default", run)
				if rule.code == "forbidden-reference" {
					l.access = denying{}
				}
				if rule.code == "missing-kind" {
					l.hasKind = func(kind.Kind) bool { return false }
				}
				l.noScheduler = rule.code == "missing-scheduler"
				for _, f := range l.findings(m) {
					require.NotEmpty(t, f.Message)
					require.True(t, f.Hint != "" || rule.code == "bad-annotation", "a finding says what to do")
					require.NotEmpty(t, f.Kind)
					found = append(found, string(f.Severity)+" "+string(f.Code))
				}
				return found
			}
			require.Equal(t, []string{string(rule.severity) + " " + string(rule.code)}, lint(section[1]))
			if rule.code == unknownCode {
				return
			}
			silent := regexp.MustCompile(`(metadata: \{name: \w+.*?)(, annotations: \{(.*)\})?\}\n`).ReplaceAllString(section[1],
				"${1}, annotations: {depctl.dev/lint-ignore: "+string(rule.code)+", $3}}\n")
			require.Empty(t, lint(silent), silent)
		})
	}
}
