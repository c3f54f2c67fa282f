package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"depctl.dev/deploy/image/build"
	"depctl.dev/deploy/release/signature"
)

// options say what to release, and where to write it.
type options struct {
	source, out, version, registry, url, key string

	platforms, without []string
	dirty              bool
}

// release is a release that is being made.
type release struct {
	options
	build.Release
	platforms []v1.Platform
	// images are the names of the images with their digests, by the names of their programs.
	images map[string]string
	// files are what has been made, by its name. Images are large; they are on disk only, with their sums.
	files map[string][]byte
	sums  map[string]string
	dir   string
	log   io.Writer
}

// run makes a release. The folder of the version is there only when all of it is.
func run(ctx context.Context, o options, log io.Writer) error {
	r := &release{options: o, images: map[string]string{}, files: map[string][]byte{}, sums: map[string]string{}, log: log}
	var err error
	if r.Release, err = releaseOf(ctx, o); err != nil {
		return err
	}
	for _, text := range o.platforms {
		platform, err := v1.ParsePlatform(text)
		if err != nil || platform.OS == "" || platform.Architecture == "" {
			return fmt.Errorf("--platforms: %q is not SYSTEM/ARCHITECTURE", text)
		}
		r.platforms = append(r.platforms, *platform)
	}
	for _, part := range o.without {
		if part != "scheduler" && part != "images" {
			return fmt.Errorf("--without: %q is neither scheduler nor images", part)
		}
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	if r.dir, err = os.MkdirTemp(o.out, ".making-"); err != nil {
		return err
	}
	defer os.RemoveAll(r.dir)
	steps := []func(context.Context) error{r.makePrograms, r.makeBundles, r.makeChart, r.makeKrew, r.makeNotes}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := r.sign(); err != nil {
		return err
	}
	return r.write()
}

// add adds a file to the release.
func (r *release) add(name string, content []byte) {
	sum := sha256.Sum256(content)
	r.files[name], r.sums[name] = content, hex.EncodeToString(sum[:])
	fmt.Fprintf(r.log, "%12d  %s\n", len(content), name)
}

// sign writes the sums of all files, and their signature if there is a key.
func (r *release) sign() error {
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.sums)) {
		fmt.Fprintf(&sums, "%s  %s\n", r.sums[name], name)
	}
	r.files["SHA256SUMS"] = []byte(sums.String())
	if r.key == "" {
		fmt.Fprintln(r.log, "not signed: there is no key (--key FILE)")
		return nil
	}
	text, err := os.ReadFile(r.key)
	if err != nil {
		return fmt.Errorf("--key: %w", err)
	}
	key, err := signature.Parse(text)
	if err != nil {
		return fmt.Errorf("--key %s: %w", r.key, err)
	}
	if r.files["SHA256SUMS.sig"], err = key.Sign(r.files["SHA256SUMS"]); err != nil {
		return err
	}
	r.files["depctl.pub"], err = key.Public()
	return err
}

// write puts the files into the folder of the version, in place of what is there.
func (r *release) write() error {
	for name, content := range r.files {
		if err := os.WriteFile(filepath.Join(r.dir, name), content, 0o644); err != nil {
			return err
		}
	}
	folder := filepath.Join(r.out, r.options.version)
	err := errors.Join(os.RemoveAll(folder), os.Chmod(r.dir, 0o755), os.Rename(r.dir, folder))
	if err != nil {
		return err
	}
	fmt.Fprintf(r.log, "%s: %s, commit %s\n", folder, r.Version, r.Commit)
	return nil
}
