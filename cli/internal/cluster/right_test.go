package cluster

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheCommandThatGrantsARight(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{
		"alice":                        "kubectl create role alice:patch:jobs.batch:status -n etl --verb=patch --resource=jobs.batch/status && kubectl create rolebinding alice:patch:jobs.batch:status -n etl --role=alice:patch:jobs.batch:status --user=alice",
		"system:serviceaccount:ci:bot": "kubectl create role ci:bot:patch:jobs.batch:status -n etl --verb=patch --resource=jobs.batch/status && kubectl create rolebinding ci:bot:patch:jobs.batch:status -n etl --role=ci:bot:patch:jobs.batch:status --serviceaccount=ci:bot",
	} {
		require.Equal(t, want, Right{"patch", JobKind, "status", "etl"}.grant(user))
	}
}

// A user's name is written by others, and the command is for a shell.
func TestTheNameOfAUserIsOneWordToAShell(t *testing.T) {
	t.Parallel()
	for _, user := range []string{"o'neill; rm -rf $HOME", "a b", "oidc:https://x/y#z", "-x", strings.Repeat("u", 300), "é"} {
		command := Right{"list", JobKind, "", ""}.grant(user)
		out, err := exec.Command("sh", "-c", "kubectl() { for a in \"$@\"; do printf '%s\\n' \"$a\"; done; }; "+command).Output()
		require.NoError(t, err)
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		require.Equal(t, "--user="+user, lines[len(lines)-1])
		require.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9:._-]+$`), lines[2], "the role's name")
	}
}
