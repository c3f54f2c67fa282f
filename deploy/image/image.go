package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is the one that deploy/base asks for too. It has no name, and needs none.
const user = "65532:65532"

// indexOf returns the image for all platforms.
func indexOf(programs []program) (v1.ImageIndex, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, p := range programs {
		image, err := imageOf(p)
		if err != nil {
			return nil, err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add:        image,
			Descriptor: v1.Descriptor{Platform: &p.platform},
		})
	}
	// Registries show those of the index.
	return mutate.Annotations(index, labels(programs[0])).(v1.ImageIndex), nil
}

// imageOf returns the image for one platform.
func imageOf(p program) (v1.Image, error) {
	layer, err := layerOf(p)
	if err != nil {
		return nil, err
	}
	image := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	image = mutate.ConfigMediaType(image, types.OCIConfigJSON)
	image, err = mutate.ConfigFile(image, &v1.ConfigFile{
		OS:           p.platform.OS,
		Architecture: p.platform.Architecture,
		Variant:      p.platform.Variant,
		Created:      v1.Time{Time: p.made},
		Config: v1.Config{
			User:       user,
			WorkingDir: "/",
			Entrypoint: []string{"/" + p.name},
			Labels:     labels(p),
		},
		RootFS: v1.RootFS{Type: "layers"},
	})
	if err != nil {
		return nil, err
	}
	return mutate.Append(image, mutate.Addendum{
		Layer:   layer,
		History: v1.History{Created: v1.Time{Time: p.made}, CreatedBy: "make image"},
	})
}

// layerOf returns a layer with the program as its only file. Nobody may write it.
func layerOf(p program) (v1.Layer, error) {
	var packed bytes.Buffer
	files := tar.NewWriter(&packed)
	err := files.WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg,
		Name:     p.name,
		Mode:     0o555,
		Size:     int64(len(p.content)),
		ModTime:  p.made,
	})
	if err != nil {
		return nil, err
	}
	if _, err := files.Write(p.content); err != nil {
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
}

// labels say what the image is, in the words of the OCI image specification.
func labels(p program) map[string]string {
	return map[string]string{
		"org.opencontainers.image.title":       p.name,
		"org.opencontainers.image.description": descriptions[p.name],
		"org.opencontainers.image.licenses":    "Apache-2.0",
		"org.opencontainers.image.version":     p.version,
		"org.opencontainers.image.revision":    p.commit,
		"org.opencontainers.image.created":     p.made.Format(time.RFC3339),
	}
}
