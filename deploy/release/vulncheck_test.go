package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// database writes a database of vulnerabilities, in the form of Go's, and returns its address.
func database(t *testing.T, vulnerable string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, value any) {
		text, err := json.Marshal(value)
		require.NoError(t, err)
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, text, 0o600))
	}
	const modified, id = "2026-01-02T03:04:05Z", "GO-2026-9999"
	write("index/db.json", map[string]any{"modified": modified})
	write("index/modules.json", []any{map[string]any{"path": vulnerable, "vulns": []any{map[string]any{"id": id, "modified": modified}}}})
	write("index/vulns.json", []any{map[string]any{"id": id, "modified": modified}})
	write("ID/"+id+".json", map[string]any{
		"schema_version": "1.3.1", "id": id, "modified": modified, "published": modified, "details": "Made for a test.", "database_specific": map[string]any{"url": "https://example.com/" + id},
		"affected": []any{map[string]any{
			"package":            map[string]any{"name": vulnerable, "ecosystem": "Go"},
			"ranges":             []any{map[string]any{"type": "SEMVER", "events": []any{map[string]any{"introduced": "0"}}}},
			"ecosystem_specific": map[string]any{"imports": []any{map[string]any{"path": vulnerable}}},
		}},
	})
	return "file://" + dir
}

func vulncheck(t *testing.T, database string) (string, int) {
	t.Helper()
	cmd := exec.Command("./vulncheck.sh", "./lang")
	cmd.Env = append(os.Environ(), "VULNDB="+database)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return string(out), exit.ExitCode()
	}
	require.NoError(t, err)
	return string(out), 0
}

// The packages of lang stand for the programs, which take longer.
func TestAVulnerabilityThatIsCalledIsFound(t *testing.T) {
	out, code := vulncheck(t, database(t, "github.com/alecthomas/participle/v2"))
	require.Equal(t, 3, code, out)
	require.Contains(t, out, "GO-2026-9999")
}

func TestAVulnerabilityOfOthersIsNone(t *testing.T) {
	out, code := vulncheck(t, database(t, "example.com/other"))
	require.Zero(t, code, out)
	require.Contains(t, out, "No vulnerabilities found.")
}

func TestADatabaseThatCannotBeReachedIsSaid(t *testing.T) {
	for _, address := range []string{"file://" + t.TempDir(), "http://127.0.0.1:1"} {
		out, code := vulncheck(t, address)
		require.Equal(t, 2, code, out)
		require.Contains(t, out, "the database "+address+" cannot be reached, so nothing was checked")
	}
}
