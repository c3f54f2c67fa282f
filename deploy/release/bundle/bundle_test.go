package bundle

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../../.."

func TestEveryOverlayRendersWithTheImagesOfARelease(t *testing.T) {
	digest := "@sha256:" + strings.Repeat("a", 64)
	images := map[string]string{}
	for _, program := range []string{"depctl", "depctl-gate", "depctl-scheduler"} {
		images[program] = "depctl.dev/" + program + ":v0.1.0" + digest
	}
	tree, err := Read(root, images)
	require.NoError(t, err)
	require.Subset(t, tree.Overlays(), []string{"arrays", "base", "full", "scheduler", "ui", "webhook", "webhook-full"})
	require.NotContains(t, tree.Overlays(), "chart")
	with := 0
	for _, overlay := range tree.Overlays() {
		objects, missing, err := tree.Render(overlay)
		require.NoError(t, err)
		require.Empty(t, missing, overlay)
		require.NotContains(t, string(objects), ":dev", overlay)
		for range 10 {
			again, _, err := tree.Render(overlay)
			require.NoError(t, err)
			require.True(t, string(objects) == string(again), "deploy/%s is not always rendered alike", overlay)
		}
		with += strings.Count(string(objects), digest)
	}
	require.Greater(t, with, 8)
}

func TestAnOverlaySaysWhichImageItLacks(t *testing.T) {
	tree, err := Read(root, map[string]string{"depctl": "x", "depctl-gate": "y"})
	require.NoError(t, err)
	_, missing, err := tree.Render("scheduler")
	require.NoError(t, err)
	require.Equal(t, []string{"depctl-scheduler"}, missing)
}
