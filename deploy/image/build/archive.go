package build

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

// writeLayout writes the image as an OCI image layout, in place of what is there.
func writeLayout(dir string, index v1.ImageIndex, reference string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	path, err := layout.Write(dir, empty.Index)
	if err != nil {
		return err
	}
	return path.AppendIndex(index, layout.WithAnnotations(map[string]string{
		// Where ctr looks first, and where podman and skopeo look.
		"io.containerd.image.name":          reference,
		"org.opencontainers.image.ref.name": reference,
	}))
}

// writeArchive writes the files of an OCI layout into a tar archive. What the
// file system adds to them (order, owners, modes, times) is left out. A reader
// sees the old archive or the new one, never a part.
func writeArchive(file, dir string) error {
	temporary, err := os.CreateTemp(filepath.Dir(file), ".depctl-gate-*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name())
	defer temporary.Close()
	archive := tar.NewWriter(temporary)
	// In the order of their names.
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		header := &tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(name), Mode: 0o644, ModTime: time.Unix(0, 0)}
		if entry.IsDir() {
			header.Typeflag, header.Mode = tar.TypeDir, 0o755
			header.Name += "/"
			return archive.WriteHeader(header)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		header.Size = int64(len(content))
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		_, err = archive.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	if err := temporary.Chmod(0o644); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	if err := os.Rename(temporary.Name(), file); err != nil {
		return fmt.Errorf("putting it in its place: %w", err)
	}
	return nil
}
