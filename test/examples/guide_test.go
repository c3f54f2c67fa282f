package examples

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang"
)

// What the tables of docs/guide/replace-your-scheduler.md have under "here" can be read.
func TestTheTablesOfTheGuide(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "guide", "replace-your-scheduler.md"))
	require.NoError(t, err)
	code := regexp.MustCompile("`([^`]+)`")
	read := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, ""), "|")
		if len(cells) != 4 {
			continue
		}
		for _, found := range code.FindAllStringSubmatch(cells[2], -1) {
			if strings.HasPrefix(found[1], "depctl") || found[1] == "jobTemplate" {
				continue
			}
			_, err := lang.Parse(found[1])
			require.NoError(t, err, line)
			read++
		}
	}
	require.Greater(t, read, 35)
}
