package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/test/browser"
)

// What the page decides for itself has tests in src/test, which run in a browser: no other
// interpreter is needed.
func TestTheScriptsOfThePage(t *testing.T) {
	t.Parallel()
	tab := browser.New(t, browser.Desktop)
	folder := t.TempDir()
	out, err := exec.Command("go", "tool", "esbuild", "src/test/all.ts", "--bundle", "--format=esm", "--target=es2022",
		"--log-level=warning", "--outfile="+filepath.Join(folder, "all.js")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "index.html"), []byte(`<!doctype html><script type="module" src="all.js"></script>`), 0o644))
	server := httptest.NewServer(http.FileServer(http.Dir(folder)))
	t.Cleanup(server.Close)

	tab.Open(server.URL)
	tab.Until("the tests have run", "window.tested")
	require.Empty(t, browser.Value[[]string](tab, "tested.failures"))
	require.Greater(t, browser.Value[int](tab, "tested.many"), 20)
	require.Empty(t, tab.Mistakes())
}
