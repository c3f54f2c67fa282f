package build

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/stretchr/testify/require"
)

const reference = "registry.example.com/team/depctl-gate:1.0"

func TestTheSameSourceGivesTheSameImageAnywhere(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program of the image is run, which needs Linux")
	}
	build := func(dir string, mode fs.FileMode, umask int, made time.Time) (Result, string) {
		defer syscall.Umask(syscall.Umask(umask))
		source, out := filepath.Join(dir, "source"), filepath.Join(dir, "out")
		copySource(t, "../../..", source, mode, made)
		require.NoError(t, os.MkdirAll(out, 0o777))
		r, err := Run(context.Background(), Options{
			Source: Source{Dir: source}, Out: out, Program: "depctl-gate", Reference: reference, Platforms: []string{"linux/" + runtime.GOARCH},
		})
		require.NoError(t, err)
		return r, out
	}
	first, out := build(t.TempDir(), 0o644, 0o022, time.Unix(1e9, 0))
	second, elsewhere := build(filepath.Join(t.TempDir(), "another", "place"), 0o755, 0o077, time.Unix(1.5e9, 0))

	require.Equal(t, first.Digest, second.Digest)
	archive, err := os.ReadFile(filepath.Join(out, "depctl-gate.tar"))
	require.NoError(t, err)
	again, err := os.ReadFile(filepath.Join(elsewhere, "depctl-gate.tar"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(archive, again), "the archives differ although the images do not")

	checkArchive(t, archive, first.Digest)
	image, config := only(t, unpack(t, archive), first.Digest)
	require.Equal(t, "65532:65532", config.Config.User)
	require.Equal(t, []string{"/depctl-gate"}, config.Config.Entrypoint)
	require.Empty(t, config.Config.Cmd)
	require.Empty(t, config.Config.Env)
	require.Equal(t, "linux", config.OS)
	require.Equal(t, runtime.GOARCH, config.Architecture)
	require.Equal(t, "depctl-gate", config.Config.Labels["org.opencontainers.image.title"])
	require.Equal(t, "Apache-2.0", config.Config.Labels["org.opencontainers.image.licenses"])

	header, content := onlyFile(t, image)
	require.Equal(t, "depctl-gate", header.Name)
	require.Equal(t, int64(0o555), header.Mode)
	require.Zero(t, header.Uid)
	require.Zero(t, header.Gid)
	require.True(t, header.ModTime.Equal(time.Unix(0, 0)), "there is no commit, so no time either, got %s", header.ModTime)

	require.Empty(t, libraries(t, content), "the program is not static")
	program := filepath.Join(t.TempDir(), "depctl-gate")
	require.NoError(t, os.WriteFile(program, content, 0o700))
	version, err := exec.Command(program, "version").CombinedOutput()
	require.NoError(t, err, "%s", version)
	require.Equal(t, "depctl-gate (devel), commit unknown, "+runtime.Version()+"\n", string(version))
}

func TestOneImageHoldsEveryPlatform(t *testing.T) {
	made := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	programs := []Program{
		{Platform: v1.Platform{OS: "linux", Architecture: "amd64"}, Content: []byte("one"), Version: "v1", Commit: "c", Made: made},
		{Platform: v1.Platform{OS: "linux", Architecture: "arm64"}, Content: []byte("two"), Version: "v1", Commit: "c", Made: made},
	}
	index, err := indexOf(programs)
	require.NoError(t, err)
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	require.Equal(t, types.OCIImageIndex, manifest.MediaType)
	require.Equal(t, "v1", manifest.Annotations["org.opencontainers.image.version"])
	require.Len(t, manifest.Manifests, len(programs))
	for i, p := range programs {
		described := manifest.Manifests[i]
		require.Equal(t, p.Platform, *described.Platform)
		image, err := index.Image(described.Digest)
		require.NoError(t, err)
		config, err := image.ConfigFile()
		require.NoError(t, err)
		require.Equal(t, p.Platform.Architecture, config.Architecture)
		require.Equal(t, made, config.Created.Time)
		require.Equal(t, "c", config.Config.Labels["org.opencontainers.image.revision"])
		header, content := onlyFile(t, image)
		require.Equal(t, p.Content, content)
		require.True(t, header.ModTime.Equal(made))
	}
}

func TestTheLabelsAreWhatGoStamped(t *testing.T) {
	var p Program
	require.NoError(t, p.stamp(&debug.BuildInfo{
		Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.modified", Value: "true"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"},
		},
	}))
	got := labels(p)
	require.Equal(t, "v1.2.3", got["org.opencontainers.image.version"])
	require.Equal(t, "abc-dirty", got["org.opencontainers.image.revision"])
	require.Equal(t, "2026-01-02T03:04:05Z", got["org.opencontainers.image.created"])
}

func TestMistakesSayWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct{ reference, platform, want string }{
		"no tag":          {"registry.example.com/depctl-gate", "linux/amd64", "must be REGISTRY/NAME:TAG"},
		"no registry":     {"depctl-gate:1.0", "linux/amd64", "must be REGISTRY/NAME:TAG"},
		"another system":  {reference, "windows/amd64", `"windows/amd64" is not linux/ARCHITECTURE`},
		"no architecture": {reference, "linux", `"linux" is not linux/ARCHITECTURE`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Run(t.Context(), Options{Reference: test.reference, Platforms: []string{test.platform}, Out: t.TempDir()})
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestASchedulerKnowsItsKubernetes(t *testing.T) {
	flags, err := kubernetesStamp(t.Context(), filepath.Join("..", "..", "..", "cmd", Scheduler))
	require.NoError(t, err)
	require.Regexp(t, `^ -X \S+\.gitVersion=v1\.\d+\.\d+ -X \S+\.gitMajor=1 -X \S+\.gitMinor=\d+$`, flags)
}
