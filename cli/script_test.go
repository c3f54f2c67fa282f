package cli

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	depctl := func() { os.Exit(Main(os.Args, Build{Version: "v1.2.3", Commit: "abc", Go: "go1.26"})) }
	testscript.Main(m, map[string]func(){"depctl": depctl, "kubectl-depctl": depctl, "kubectl_complete-depctl": depctl})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		UpdateScripts:      *update,
		RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LANG", "C.UTF-8")
			env.Setenv("LC_ALL", "")
			env.Setenv("KUBECONFIG", env.WorkDir+"/no-kubeconfig")
			return os.CopyFS(env.WorkDir+"/nightly", os.DirFS("testdata/nightly"))
		},
	})
}
