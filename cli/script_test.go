package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

// programs builds depctl, and gives it the names by which kubectl calls it. It is built
// without the race detector, with which every start takes half a second.
func programs(t *testing.T, names ...string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	built := filepath.Join(folder, names[0])
	said, err := exec.CommandContext(t.Context(), "go", "build", "-o", built, "./testdata/program").CombinedOutput()
	require.NoError(t, err, string(said))
	for _, name := range names[1:] {
		require.NoError(t, os.Symlink(built, filepath.Join(folder, name)))
	}
	return folder
}

// program runs a program as a command of its name in scripts.
func program(name string) func(*testscript.TestScript, bool, []string) {
	return func(script *testscript.TestScript, fails bool, args []string) {
		switch err := script.Exec(name, args...); {
		case err != nil && !fails:
			script.Fatalf("%s failed: %v", name, err)
		case err == nil && fails:
			script.Fatalf("%s succeeded, which was not expected", name)
		}
	}
}

func TestScripts(t *testing.T) {
	commands := map[string]func(*testscript.TestScript, bool, []string){}
	names := []string{"depctl", "kubectl-depctl", "kubectl_complete-depctl"}
	for _, name := range names {
		commands[name] = program(name)
	}
	folder := programs(t, names...)
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Cmds:               commands,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", folder+string(os.PathListSeparator)+env.Getenv("PATH"))
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("LC_ALL", "")
			env.Setenv("KUBECONFIG", env.WorkDir+"/no-kubeconfig")
			return os.CopyFS(env.WorkDir+"/nightly", os.DirFS("testdata/nightly"))
		},
	})
}
