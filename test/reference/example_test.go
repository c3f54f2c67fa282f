package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli"
)

// TestEveryCommandOfTheDocumentationExists reads each line of a code block that
// runs depctl: there must be such a command, with such options.
func TestEveryCommandOfTheDocumentationExists(t *testing.T) {
	t.Parallel()
	read := 0
	for _, page := range documents(t) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, block := range regexp.MustCompile("(?ms)^ *```([^\n]*)\n(.*?)^ *```$").FindAllStringSubmatch(string(text), -1) {
			if block[1] != "" && block[1] != "sh" && block[1] != "console" {
				continue
			}
			for line := range strings.Lines(strings.ReplaceAll(block[2], "\\\n", " ")) {
				m := regexp.MustCompile(`^(?:\$ |[A-Z]+=\$\(|source <\(| +)?(?:.* \| )?(?:bin/)?depctl (.*)`).FindStringSubmatch(strings.TrimRight(line, "\n"))
				if m == nil {
					continue
				}
				read++
				root := cli.Command(genericiooptions.NewTestIOStreamsDiscard())
				cmd, rest, err := root.Find(words(m[1]))
				require.NoError(t, err, "%s: %s", page, line)
				require.NotEqual(t, root, cmd, "%s: %s", page, line)
				if cmd.Name() == "submit" {
					continue // it reads options of batch systems itself
				}
				require.NoError(t, cmd.ParseFlags(rest), "%s: %s", page, line)
			}
		}
	}
	require.Greater(t, read, 50)
}

// words splits a command line as a shell does, up to where the command ends.
func words(line string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|[|;&)<>#].*|[^\s;)]+`).FindAllStringSubmatch(line, -1) {
		if strings.ContainsAny(m[0][:1], "|;&)<>#") {
			break
		}
		if m[1]+m[2] != "" {
			list = append(list, m[1]+m[2])
		} else {
			list = append(list, m[0])
		}
	}
	return list
}

// documents returns all pages.
func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(repository, "*.md"))
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(filepath.Join(repository, "docs"), func(path string, _ os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			pages = append(pages, path)
		}
		return err
	}))
	return pages
}
