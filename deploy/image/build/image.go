package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is the one that deploy/base asks for too. It has no name, and needs none.
const user = "65532:65532"

// Image is the container image of a program, for one platform or several.
type Image struct {
	Tag      name.Tag
	Digest   v1.Hash
	Programs []Program
	index    v1.ImageIndex
}

// Pack makes an image of a program that was compiled for each platform.
func Pack(reference string, programs []Program) (Image, error) {
	tag, err := parseTag(reference)
	if err != nil {
		return Image{}, err
	}
	index, err := indexOf(programs)
	if err != nil {
		return Image{}, fmt.Errorf("making the image: %w", err)
	}
	digest, err := index.Digest()
	if err != nil {
		return Image{}, err
	}
	return Image{Tag: tag, Digest: digest, Programs: programs, index: index}, nil
}

// WriteLayout writes the image as an OCI image layout, in place of what is there.
func (i Image) WriteLayout(dir string) error {
	if err := writeLayout(dir, i.index, i.Tag.Name()); err != nil {
		return fmt.Errorf("writing the OCI layout: %w", err)
	}
	return nil
}

// WriteArchive writes a layout that WriteLayout has written into a tar archive.
func (i Image) WriteArchive(file, dir string) error {
	if err := writeArchive(file, dir); err != nil {
		return fmt.Errorf("writing the archive: %w", err)
	}
	return nil
}

func parseTag(reference string) (name.Tag, error) {
	tag, err := name.NewTag(reference, name.StrictValidation)
	if err != nil {
		return name.Tag{}, fmt.Errorf("--image %q must be REGISTRY/NAME:TAG: %w", reference, err)
	}
	return tag, nil
}

// indexOf returns the image for all platforms.
func indexOf(programs []Program) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range programs {
		image, err := imageOf(p)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &p.Platform},
		})
	}
	// Registries show those of the index.
	return mutate.Annotations(index, labels(programs[0])).(v1.ImageIndex), nil
}

// imageOf returns the image for one platform.
func imageOf(p Program) (v1.Image, error) {
	layer, err := layerOf(p)
	if err != nil {
		return nil, err
	}
	image := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	image = mutate.ConfigMediaType(image, types.OCIConfigJSON)
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS:           p.Platform.OS,
		Architecture: p.Platform.Architecture,
		Variant:      p.Platform.Variant,
		Created:      v1.Time{Time: p.Made},
		Config: v1.Config{
			User:       user,
			WorkingDir: "/",
			Entrypoint: []string{"/" + p.Name},
			Labels:     labels(p),
		},
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Append(image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: p.Made}, CreatedBy: "make image"},
	})
}

// layerOf returns a layer with the program as its only file. Nobody may write it.
func layerOf(p Program) (v1.Layer, error) {
	var packed bytes.Buffer
	files := tar.NewWriter(&packed)
	err := files.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg,
		Name:     p.Name,
		Mode:     0o555,
		Size:     int64(len(p.Content)),
		ModTime:  p.Made,
	})
	if err != nil {
		return nil, err
	}
	if _, err := files.Write(p.Content); err != nil {
		return nil, err
	}
	if err := files.Close(); err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(
		func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed.Bytes())), nil },
		tarball.WithMediaType(types.OCILayer),
		tarball.WithCompressionLevel(gzip.DefaultCompression),
		tarball.WithCompressedCaching,
	)
}

// descriptions say what the programs do.
var descriptions = map[string]string{
	"depctl-gate": "Releases Kubernetes Jobs when what they depend on has come true",
	"depctl":      "Shows what Kubernetes Jobs wait for",
	Scheduler:     "Gives nodes first to those pods that most of a graph waits for",
}

// labels say what the image is, in the words of the OCI image specification.
func labels(p Program) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":       p.Name,
		"org.opencontainers.image.description": descriptions[p.Name],
		"org.opencontainers.image.licenses":    "Apache-2.0",
		"org.opencontainers.image.version":     p.Version,
		"org.opencontainers.image.revision":    p.Commit,
		"org.opencontainers.image.created":     p.Made.Format(time.RFC3339),
	}
}
