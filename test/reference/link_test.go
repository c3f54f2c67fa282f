package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryLinkLeadsSomewhere follows the links of all pages to files, and to
// headings.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	links := 0
	for _, page := range documents(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`\]\(([^)\s]+)\)`).FindAllStringSubmatch(withoutFences(string(text)), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			content, err := os.ReadFile(target)
			if path != "" && err != nil {
				info, err := os.Stat(target)
				require.True(t, err == nil && info.IsDir(), "%s links to %s, which is not there", page, m[1])
			}
			if anchor != "" {
				require.Contains(t, anchors(string(content)), anchor, "%s links to %s, and there is no such heading", page, m[1])
			}
		}
	}
	require.Greater(t, links, 100)
}

// TestEveryPageIsInTheIndex looks for each page in docs/README.md.
func TestEveryPageIsInTheIndex(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile(filepath.Join(repository, "docs/README.md"))
	require.NoError(t, err)
	for _, dir := range []string{"tutorial", "guide", "reference", "design", "design/decisions"} {
		found, err := filepath.Glob(filepath.Join(repository, "docs", dir, "*.md"))
		require.NoError(t, err)
		require.NotEmpty(t, found)
		for _, page := range found {
			link, err := filepath.Rel(filepath.Join(repository, "docs"), page)
			require.NoError(t, err)
			require.Contains(t, string(index), "]("+filepath.ToSlash(link)+")", "docs/README.md does not list this page")
		}
	}
}

// anchors returns those that GitHub makes of the headings of a page.
func anchors(text string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(withoutFences(text), -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

func withoutFences(text string) string {
	return regexp.MustCompile("(?ms)^ *```.*?^ *```$").ReplaceAllString(text, "")
}
