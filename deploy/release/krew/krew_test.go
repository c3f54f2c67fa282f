package krew

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/semver"
	"sigs.k8s.io/yaml"
)

// TestTheManifestKeepsTheRulesOfTheIndex checks what validate-krew-manifest checks, whose module has no newer
// version than one of 2022, and what the index asks for beside that.
func TestTheManifestKeepsTheRulesOfTheIndex(t *testing.T) {
	sum := strings.Repeat("0a", 32)
	text, err := Manifest("v0.1.0", []Download{
		{OS: "linux", Arch: "amd64", URI: "https://depctl.dev/depctl.tar.gz", SHA256: sum, Program: "depctl"},
		{OS: "windows", Arch: "arm64", URI: "https://depctl.dev/depctl.zip", SHA256: sum, Program: "depctl.exe"},
	})
	require.NoError(t, err)
	require.NoError(t, yaml.UnmarshalStrict(text, &plugin{}))
	var p plugin
	require.NoError(t, yaml.Unmarshal(text, &p))

	require.Equal(t, "krew.googlecontainertools.github.com/v1alpha2", p.APIVersion)
	require.Equal(t, "Plugin", p.Kind)
	name := p.Metadata["name"]
	require.Regexp(t, `^[\w-]+$`, name)
	require.False(t, strings.HasPrefix(name, "kube"), "the index takes no name with kube")
	require.Equal(t, strings.ToLower(name), name)
	require.True(t, strings.HasPrefix(p.Spec.Version, "v") && semver.IsValid(p.Spec.Version))
	require.NotEmpty(t, p.Spec.ShortDescription)
	require.NotContains(t, p.Spec.ShortDescription, "\n")
	require.LessOrEqual(t, len(p.Spec.ShortDescription), 50)
	require.False(t, strings.HasSuffix(p.Spec.ShortDescription, "."))
	require.NotEmpty(t, p.Spec.Description)
	for line := range strings.Lines(p.Spec.Description + p.Spec.Caveats) {
		require.LessOrEqual(t, len(line), 101, "terminals break this line: %s", line)
	}
	require.Len(t, p.Spec.Platforms, 2)
	for _, platform := range p.Spec.Platforms {
		require.NotEmpty(t, platform.Selector.MatchLabels)
		require.Regexp(t, `^https://`, platform.URI)
		require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{64}$`), platform.SHA256)
		require.NotEmpty(t, platform.Bin)
		require.False(t, strings.Contains(platform.Bin, "..") || strings.HasPrefix(platform.Bin, "/"), "the program is outside of the archive")
	}
	require.True(t, strings.HasSuffix(p.Spec.Platforms[1].Bin, ".exe"))
}
