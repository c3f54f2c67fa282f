package cli

import (
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/ui/call"
)

// forbiddenOfAPage are options that no page may ever set: files, other servers, other people.
var forbiddenOfAPage = []string{
	"filename", "kustomize", "output-file", "template", "kubeconfig", "context", "cluster-name", "user", "server", "token", "as", "as-group",
	"as-uid", "as-user-extra", "certificate-authority", "client-certificate", "client-key", "insecure-skip-tls-verify", "tls-server-name", "selector", "all", "watch",
}

// parsed reads a command line as depctl does, without running it.
func parsed(t *testing.T, args []string) (name string, set []string, rest []string) {
	t.Helper()
	f := testFactory(command.Terminal{})
	root := newRoot("depctl", f, genericiooptions.IOStreams{In: strings.NewReader(""), Out: io.Discard, ErrOut: io.Discard})
	cmd, left, err := root.Find(args)
	require.NoError(t, err, args)
	require.NoError(t, cmd.ParseFlags(left), args)
	cmd.Flags().Visit(func(flag *pflag.Flag) { set = append(set, flag.Name) })
	return cmd.Name(), set, cmd.Flags().Args()
}

// FuzzAPageRunsOnlyWhatTheTableSays makes command lines of what a page might send, and reads them
// as depctl does: no value makes another option, argument or command of itself.
func FuzzAPageRunsOnlyWhatTheTableSays(f *testing.F) {
	actions := []string{"cancel", "hold", "release", "rerun", "resume", "retry", "run-now", "set", "suspend"}
	for i := range 20 {
		f.Add(i, "etl", "load", "--server=https://evil.example.com", "-A")
		f.Add(i, "etl", "cronjob/load", "true", "a --kubeconfig=/x")
		f.Add(i, "", "-h", "1", "uninstall")
		f.Add(i, "etl", "load", "mon", "a\n--as=root")
	}
	f.Fuzz(func(t *testing.T, n int, namespace, name, one, other string) {
		for _, action := range actions {
			for _, options := range []map[string]string{
				{}, {"run": one}, {"reason": one}, {"expr": one, "on-failure": other}, {"from": one, "run": other}, {"at": one}, {"downstream": one, "keep": other}, {"force": one}, {"only": one},
			} {
				args, err := call.ActLine(call.Action{Action: action, Namespace: namespace, Name: name, Options: options, DryRun: n%2 == 0})
				if err == nil {
					expectOnly(t, args, name, one, other)
				}
			}
		}
		for _, read := range []string{"check", "explain", "jobs", "kinds", "limits", "lint", "object", "objects", "parse", "plan", "runs", "schedules", "status"} {
			for _, values := range []url.Values{
				{"namespace": {namespace}},
				{"namespace": {namespace}, "name": {name}},
				{"namespace": {namespace}, "name": {name}, "expr": {one}},
				{"expr": {one}},
				{"namespace": {namespace}, "name": {name}, "index": {one}, "recursive": {other}},
				{"namespace": {namespace}, "run": {one}, "state": {other}},
				{"limit": {one}},
			} {
				if args, err := call.Line(read, values); err == nil {
					expectOnly(t, args, name, one, other)
				}
			}
		}
	})
}

// expectOnly checks that a line is read as it is meant.
func expectOnly(t *testing.T, args []string, values ...string) {
	t.Helper()
	name, set, rest := parsed(t, args)
	require.Equal(t, args[0], name, args)
	for _, option := range set {
		require.NotContains(t, forbiddenOfAPage, option, args)
		require.True(t, slices.ContainsFunc(args, func(arg string) bool { return arg == "--"+option || strings.HasPrefix(arg, "--"+option+"=") }), "%q sets --%s", args, option)
	}
	require.LessOrEqual(t, len(rest), 2, args)
	for _, argument := range rest {
		require.True(t, argument == "cronjob/*" || slices.ContainsFunc(values, func(value string) bool { return argument == value || argument == "cronjob/"+value }), args)
	}
}
