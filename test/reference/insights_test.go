package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// TestSecurityInsightsSpeakOfWhatIsThere reads .github/SECURITY-INSIGHTS.yml, which tools read: the pages that it names are
// in the repository, and the tools have the versions that are pinned.
func TestSecurityInsightsSpeakOfWhatIsThere(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(repository, ".github/SECURITY-INSIGHTS.yml"))
	require.NoError(t, err)
	var insights struct {
		Header struct {
			Version    string `json:"schema-version"`
			Reviewed   string `json:"last-reviewed"`
			Expiration string `json:"expiration-date"`
		} `json:"header"`
		Testing []struct {
			Name    string `json:"tool-name"`
			Version string `json:"tool-version"`
		} `json:"security-testing"`
	}
	require.NoError(t, yaml.Unmarshal(text, &insights))
	require.Equal(t, "1.0.0", insights.Header.Version)
	reviewed, err := time.Parse(time.DateOnly, insights.Header.Reviewed)
	require.NoError(t, err)
	expires, err := time.Parse(time.RFC3339, insights.Header.Expiration)
	require.NoError(t, err)
	require.True(t, expires.After(reviewed) && expires.Before(reviewed.AddDate(1, 0, 1)), "it expires at most a year after it was reviewed")

	pages := regexp.MustCompile(`https://depctl\.dev/(\S+\.md)`).FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, pages)
	for _, page := range pages {
		require.FileExists(t, filepath.Join(repository, page[1]))
	}
	pinned := map[string]string{"govulncheck": "deploy/release/go.mod", "golangci-lint": "test/lint.sh"}
	found := 0
	for _, tool := range insights.Testing {
		if file, ok := pinned[tool.Name]; ok {
			content, err := os.ReadFile(filepath.Join(repository, file))
			require.NoError(t, err)
			require.Contains(t, string(content), "v"+tool.Version, "%s has another version of %s", file, tool.Name)
			found++
		}
	}
	require.Equal(t, len(pinned), found)
}
