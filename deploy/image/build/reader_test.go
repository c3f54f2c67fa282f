package build

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"github.com/stretchr/testify/require"
)

// copySource copies the module at from, without what git and make put there.
func copySource(t *testing.T, from, to string, mode fs.FileMode, made time.Time) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if name == ".git" || name == "bin" || name == "out" {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o777)
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(to, name), content, mode); err != nil {
			return err
		}
		return os.Chtimes(filepath.Join(to, name), made, made)
	})
	require.NoError(t, err)
}

// checkArchive fails unless what the file system adds is left out, and the image
// is named where engines look.
func checkArchive(t *testing.T, archive []byte, digest v1.Hash) {
	t.Helper()
	var last string
	for files := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := files.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		require.Zero(t, header.Uid+header.Gid)
		require.Empty(t, header.Uname+header.Gname)
		require.True(t, header.ModTime.Equal(time.Unix(0, 0)))
		require.Equal(t, map[byte]int64{tar.TypeReg: 0o644, tar.TypeDir: 0o755}[header.Typeflag], header.Mode, header.Name)
		last = header.Name
	}
	require.Equal(t, "oci-layout", last)
	index, err := layout.ImageIndexFromPath(unpack(t, archive))
	require.NoError(t, err)
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	require.Len(t, manifest.Manifests, 1)
	require.Equal(t, digest, manifest.Manifests[0].Digest)
	require.Equal(t, reference, manifest.Manifests[0].Annotations["io.containerd.image.name"])
	require.Equal(t, reference, manifest.Manifests[0].Annotations["org.opencontainers.image.ref.name"])
}

// unpack extracts an archive and returns the directory.
func unpack(t *testing.T, archive []byte) string {
	t.Helper()
	dir := t.TempDir()
	for files := tar.NewReader(bytes.NewReader(archive)); ; {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		require.NoError(t, err)
		require.True(t, filepath.IsLocal(header.Name))
		path := filepath.Join(dir, header.Name)
		if strings.HasSuffix(header.Name, "/") {
			require.NoError(t, os.MkdirAll(path, 0o755))
			continue
		}
		content, err := io.ReadAll(files)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, content, 0o644))
	}
}

// only returns the one image in the index of that digest.
func only(t *testing.T, dir string, digest v1.Hash) (v1.Image, *v1.ConfigFile) {
	t.Helper()
	path, err := layout.FromPath(dir)
	require.NoError(t, err)
	root, err := path.ImageIndex()
	require.NoError(t, err)
	index, err := root.ImageIndex(digest)
	require.NoError(t, err)
	manifest, err := index.IndexManifest()
	require.NoError(t, err)
	require.Len(t, manifest.Manifests, 1)
	image, err := index.Image(manifest.Manifests[0].Digest)
	require.NoError(t, err)
	config, err := image.ConfigFile()
	require.NoError(t, err)
	return image, config
}

// onlyFile returns the only file of the only layer.
func onlyFile(t *testing.T, image v1.Image) (*tar.Header, []byte) {
	t.Helper()
	layers, err := image.Layers()
	require.NoError(t, err)
	require.Len(t, layers, 1)
	mediaType, err := layers[0].MediaType()
	require.NoError(t, err)
	require.Equal(t, types.OCILayer, mediaType)
	packed, err := layers[0].Uncompressed()
	require.NoError(t, err)
	defer packed.Close()
	files := tar.NewReader(packed)
	header, err := files.Next()
	require.NoError(t, err)
	content, err := io.ReadAll(files)
	require.NoError(t, err)
	_, err = files.Next()
	require.ErrorIs(t, err, io.EOF)
	return header, content
}

// libraries returns what a program needs besides itself.
func libraries(t *testing.T, content []byte) []string {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(content))
	require.NoError(t, err)
	names, err := file.ImportedLibraries()
	require.NoError(t, err)
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP {
			names = append(names, "an interpreter")
		}
	}
	return names
}
