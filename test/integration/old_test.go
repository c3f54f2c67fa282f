package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// upgradesFrom finds in CHANGELOG.md the commit of a version.
var upgradesFrom = regexp.MustCompile(`\nCommit ([0-9a-f]{7,40}); never published. Upgrades are tested from here.`)

// oldDepctl is the version that upgrades are tested from: its source, with its programs in bin.
// They are kept by the commit, outside of the checkout. Its own code is the old one; what it
// imports is of today's versions, as to compile all of that again takes minutes.
var oldDepctl = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		return "", err
	}
	commit := string(upgradesFrom.FindSubmatch(text)[1])
	cache := os.Getenv("DEPCTL_CACHE")
	if cache == "" {
		if cache, err = os.UserCacheDir(); err != nil {
			return "", err
		}
		cache = filepath.Join(cache, "depctl")
	}
	kept := filepath.Join(cache, "source-"+commit)
	if _, err := os.Stat(filepath.Join(kept, "bin")); err == nil {
		return kept, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(cache, "source.")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("bash", "-euo", "pipefail", "-c", `
git archive "$1" cmd cli depgraph deploy gate lang | tar -x -C "$2"
cp go.mod go.sum "$2"
cd "$2"
CGO_ENABLED=0 go build -mod=mod -trimpath -o out/ ./cmd/depctl ./cmd/depctl-gate
mv out bin`, "build", commit, dir)
	build.Dir, build.Stderr = "../..", os.Stderr
	if err := build.Run(); err != nil {
		return "", err
	}
	if err := os.Rename(dir, kept); err != nil {
		if _, there := os.Stat(kept); there != nil { // another run was faster
			return "", err
		}
	}
	return kept, nil
})

// oldVersion returns the source of the version that upgrades are tested from. Where the history
// of the repository is not there, as in a source archive, it skips the test.
func oldVersion(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../CHANGELOG.md")
	require.NoError(t, err)
	commit := upgradesFrom.FindSubmatch(text)
	require.NotNil(t, commit, "CHANGELOG.md names the commit")
	if exec.Command("git", "cat-file", "-e", string(commit[1])+"^{commit}").Run() != nil {
		t.Skipf("commit %s is not here", commit[1])
	}
	dir, err := oldDepctl()
	require.NoError(t, err)
	return dir
}
