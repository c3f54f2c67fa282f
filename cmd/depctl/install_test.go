package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// said runs a program, and returns what it prints.
func said(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Env = append(os.Environ(), "MANPAGER=cat", "MANWIDTH=80", "LC_ALL=C.UTF-8", "MAKEFLAGS=")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
	return string(out)
}

// What make install writes is what shells, man and kubectl look for.
func TestMakeInstall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	prefix := filepath.Join(dir, "usr")
	said(t, "make", "-s", "-C", "../..", "install", "PREFIX=/usr", "DESTDIR="+dir, "BIN="+filepath.Join(dir, "built"))
	for file, begins := range map[string]string{
		"bin/depctl":                                  "\x7fELF",
		"bin/kubectl-depctl":                          "\x7fELF",
		"bin/kubectl_complete-depctl":                 "\x7fELF",
		"share/man/man1/depctl.1":                     `.nh`,
		"share/man/man1/depctl-explain.1":             `.nh`,
		"share/bash-completion/completions/depctl":    "# bash completion V2 for depctl",
		"share/zsh/site-functions/_depctl":            "#compdef depctl",
		"share/fish/vendor_completions.d/depctl.fish": "# fish completion for depctl",
	} {
		text, err := os.ReadFile(filepath.Join(prefix, file))
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(string(text), begins), "%s begins with %.40q", file, text)
	}
	bin := func(name string) string { return filepath.Join(prefix, "bin", name) }
	require.Equal(t, said(t, bin("depctl"), "version"), said(t, bin("depctl"), "--version"))
	require.Contains(t, said(t, bin("kubectl-depctl"), "graph", "--help"), "kubectl depctl graph [JOB")
	require.Contains(t, said(t, bin("kubectl_complete-depctl"), "expl"), "explain\t")

	t.Run("bash completes", func(t *testing.T) {
		script := filepath.Join(prefix, "share/bash-completion/completions/depctl")
		require.Contains(t, said(t, "bash", "-c", "source "+script+" && complete -p depctl"), "__start_depctl")
	})
	t.Run("man shows a page", func(t *testing.T) {
		if _, err := exec.LookPath("man"); err != nil {
			t.Skip("there is no man")
		}
		require.Contains(t, said(t, "man", "-l", filepath.Join(prefix, "share/man/man1/depctl-explain.1")), "depctl explain (JOB | KIND/NAME)...")
	})
}
