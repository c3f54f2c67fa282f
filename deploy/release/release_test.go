package main

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const version = "v0.1.0"

// clone copies the repository as it is here into a folder, and commits it there, at a time of 2026. Two clones have
// the same commit.
func clone(t *testing.T, dir string) string {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel("../..", path)
		if err != nil {
			return err
		}
		switch {
		case name == ".git" || name == "bin" || name == "out":
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(dir, name), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name), content, 0o644)
	})
	require.NoError(t, err)
	git(t, dir, "init", "--quiet")
	git(t, dir, "add", "--all")
	git(t, dir, "commit", "--quiet", "--message=All of it")
	return dir
}

func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "core.fileMode=false", "-c", "commit.gpgSign=false"}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com",
		"GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// small are the options of a release for this machine alone, and without the scheduler, which takes minutes.
func small(source, key string) options {
	return options{
		source: source, out: filepath.Join(source, "out", "release"), version: version, registry: "depctl.dev", url: "https://depctl.dev/releases",
		key: key, platforms: []string{"linux/" + runtime.GOARCH}, without: []string{"scheduler"},
	}
}

func newKey(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key.pem")
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("there is no openssl, which makes the key")
	}
	out, err := exec.Command("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file).CombinedOutput()
	require.NoError(t, err, string(out))
	return file
}

// filesIn returns the content of all files in a folder by their names.
func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		files[entry.Name()], err = os.ReadFile(filepath.Join(dir, entry.Name()))
		require.NoError(t, err)
	}
	return files
}

func TestTheSameCommitGivesTheSameRelease(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("depctl is run, which needs Linux")
	}
	key := newKey(t)
	first, second := clone(t, t.TempDir()), clone(t, filepath.Join(t.TempDir(), "another", "place"))
	// Neither a tag nor the environment is seen.
	git(t, second, "tag", version)
	require.NoError(t, run(t.Context(), small(first, key), io.Discard))
	t.Setenv("GOFLAGS", "-trimpath=false")
	t.Setenv("TZ", "Asia/Tokyo")
	require.NoError(t, run(t.Context(), small(second, key), io.Discard))

	one, two := filesIn(t, filepath.Join(first, "out", "release", version)), filesIn(t, filepath.Join(second, "out", "release", version))
	require.Len(t, two, len(one))
	for name, content := range one {
		require.True(t, bytes.Equal(content, two[name]), "%s differs", name)
		require.NotContains(t, string(content), first, "%s names the folder in which it was made", name)
	}
	host := "linux_" + runtime.GOARCH
	for _, name := range []string{
		"depctl_v0.1.0_" + host + ".tar.gz", "depctl_v0.1.0_" + host + ".spdx.json", "depctl-gate_v0.1.0_" + host + ".spdx.json", "depctl_v0.1.0_licences.txt",
		"depctl-gate_v0.1.0_image.tar", "depctl_v0.1.0_image.tar", "deploy-base.yaml", "deploy-full.yaml", "deploy-webhook.yaml", "deploy_v0.1.0.tar.gz", "images.txt",
		"depctl.yaml", "NOTES.md", "SHA256SUMS", "SHA256SUMS.sig", "depctl.pub",
	} {
		require.Contains(t, one, name)
	}
	require.NotContains(t, one, "deploy-scheduler.yaml", "its image was left out")
	for name := range one {
		if name != "SHA256SUMS" && name != "SHA256SUMS.sig" && name != "depctl.pub" {
			require.Contains(t, string(one["SHA256SUMS"]), "  "+name+"\n")
		}
	}
	verify(t, filepath.Join(first, "out", "release", version))
}

// verify runs what docs/guide/verify.md says in the folder of a release, and again after a file has changed.
func verify(t *testing.T, dir string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/guide/verify.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "<!-- run in the folder of the release -->")
	require.True(t, found)
	rest, _, found = strings.Cut(rest, "<!-- /run -->")
	require.True(t, found)
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?ms)^```sh$(.*?)^```$").FindAllStringSubmatch(rest, -1) {
		script.WriteString(block[1])
	}
	text := strings.ReplaceAll(script.String(), "linux_amd64", "linux_"+runtime.GOARCH)
	bash := func() (string, error) {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", text)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := bash()
	require.NoError(t, err, out)
	commit, err := exec.Command("git", "-C", filepath.Dir(filepath.Dir(filepath.Dir(dir))), "rev-parse", "HEAD").Output()
	require.NoError(t, err)
	require.Contains(t, out, "Verified OK")
	require.Contains(t, out, fmt.Sprintf("depctl %s, commit %s, %s", version, strings.TrimSpace(string(commit)), runtime.Version()))

	file := filepath.Join(dir, "deploy-base.yaml")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(content, '#'), 0o644))
	out, err = bash()
	require.Error(t, err, "a changed file was taken for good")
	require.Contains(t, out, "deploy-base.yaml: FAILED")
}

func TestMistakesSayWhatIsWrong(t *testing.T) {
	repository := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(repository, "a"), nil, 0o644))
	git(t, repository, "init", "--quiet")
	git(t, repository, "add", "--all")
	git(t, repository, "commit", "--quiet", "--message=One")
	git(t, repository, "tag", "v0.0.9")
	require.NoError(t, os.WriteFile(filepath.Join(repository, "b"), nil, 0o644))
	git(t, repository, "add", "--all")
	git(t, repository, "commit", "--quiet", "--message=Two")
	changed := clone(t, t.TempDir())
	require.NoError(t, os.WriteFile(filepath.Join(changed, "new"), nil, 0o644))
	elsewhere := t.TempDir()
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(elsewhere))
	for name, test := range map[string]struct {
		o    options
		want string
	}{
		"no version":               {options{source: repository}, `--version "" is not of the form v0.1.0`},
		"half a version":           {options{source: repository, version: "v1.2"}, `--version "v1.2" is not of the form v0.1.0`},
		"a tag elsewhere":          {options{source: repository, version: "v0.0.9"}, "tag v0.0.9 is on another commit"},
		"changes":                  {options{source: changed, version: version}, "changes are not committed; commit them, or give --dirty:\n?? new"},
		"outside of git":           {options{source: elsewhere, version: version}, "give SOURCE_DATE_EPOCH"},
		"a platform that is half":  {options{source: repository, version: version, platforms: []string{"linux"}}, `"linux" is not SYSTEM/ARCHITECTURE`},
		"a part that is not there": {options{source: repository, version: version, without: []string{"gate"}}, `"gate" is neither scheduler nor images`},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.out = t.TempDir()
			require.ErrorContains(t, run(t.Context(), test.o, io.Discard), test.want)
			require.Empty(t, filesIn(t, test.o.out))
		})
	}
}

func TestTheTimeIsThatOfTheCommitOrAsGiven(t *testing.T) {
	repository := t.TempDir()
	git(t, repository, "init", "--quiet")
	git(t, repository, "commit", "--quiet", "--allow-empty", "--message=One")
	r, err := releaseOf(t.Context(), options{source: repository, version: version})
	require.NoError(t, err)
	require.Equal(t, "2026-01-02T03:04:05Z", r.Made.Format("2006-01-02T15:04:05Z07:00"))
	t.Setenv("SOURCE_DATE_EPOCH", "1000000000")
	r, err = releaseOf(t.Context(), options{source: repository, version: version})
	require.NoError(t, err)
	require.Equal(t, "2001-09-09T01:46:40Z", r.Made.Format("2006-01-02T15:04:05Z07:00"))
}
