package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTheDemoEndsWell runs what the README begins with.
func TestTheDemoEndsWell(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	err = run(t.Context(), "../../bin", "../../deploy/examples", newScreen(out))
	text, _ := os.ReadFile(out.Name())
	require.NoError(t, err, "%s", text)
	require.NoError(t, out.Close())
	for _, seen := range []string{"The gate is ready", "reporting/report", "job2", "✓"} {
		require.Contains(t, string(text), seen)
	}
}
