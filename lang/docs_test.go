package lang

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryExampleOfTheDocumentationIsTrue(t *testing.T) {
	data, err := os.ReadFile("../docs/reference/language.md")
	require.NoError(t, err)
	run := map[string]int{}
	for _, block := range regexp.MustCompile("(?s)\n```depends-on([a-z ]*)\n(.*?)\n```\n").FindAllStringSubmatch(string(data), -1) {
		kind, body := strings.TrimSpace(block[1]), block[2]
		run[kind]++
		switch kind {
		case "":
			for _, line := range strings.Split(body, "\n") {
				requireClean(t, line)
			}
		case "canonical":
			lines := strings.Split(body, "\n")
			for i := 0; i < len(lines); i += 2 {
				e, err := Parse(lines[i])
				require.NoError(t, err, lines[i])
				require.Equal(t, lines[i+1], e.String())
			}
		case "error":
			text, want, _ := strings.Cut(body, "\n")
			_, err := Parse(text)
			require.Error(t, err, text)
			require.Equal(t, want, err.Error())
		default:
			t.Errorf("unknown kind of block %q", kind)
		}
	}
	for _, value := range regexp.MustCompile(`depctl.dev/depends-on: (.+)`).FindAllStringSubmatch(string(data), -1) {
		run["yaml"]++
		requireClean(t, strings.Trim(value[1], `"`))
	}
	require.Greater(t, run["yaml"], 1)
	require.Greater(t, run[""], 8)
	require.Greater(t, run["error"], 2)
	require.Positive(t, run["canonical"])
}

func TestTheTableOfOtherSchedulersIsTrue(t *testing.T) {
	data, err := os.ReadFile("../docs/reference/language.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "## From other schedulers")
	require.True(t, found)
	rows := 0
	for _, line := range strings.Split(section, "\n") {
		if here := regexp.MustCompile("\\| `([^`]*)` \\|$").FindStringSubmatch(line); here != nil {
			requireClean(t, here[1])
			rows++
		}
	}
	require.Greater(t, rows, 30)
}

func requireClean(t *testing.T, text string) {
	t.Helper()
	e, err := Parse(text)
	require.NoError(t, err, text)
	require.Empty(t, e.Vet(Context{}), text)
}
