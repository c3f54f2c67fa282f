package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"depctl.dev/deploy/image/build"
	"depctl.dev/deploy/release/archive"
	"depctl.dev/deploy/release/licence"
	"depctl.dev/deploy/release/sbom"
)

// makePrograms compiles everything, and makes archives of depctl and images of the others and of it.
func (r *release) makePrograms(ctx context.Context) error {
	for _, name := range []string{"depctl", "depctl-gate", build.Scheduler} {
		if name != "depctl" && slices.Contains(r.without, "images") || name == build.Scheduler && slices.Contains(r.without, "scheduler") {
			fmt.Fprintf(r.log, "left out: %s\n", name)
			continue
		}
		if err := r.makeProgram(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (r *release) makeProgram(ctx context.Context, name string) error {
	var inImage []build.Program
	var programs []build.Program
	var modules [][]licence.Module
	for _, platform := range r.platforms {
		if name != "depctl" && platform.OS != "linux" {
			continue
		}
		p, err := build.Compile(ctx, build.Source{Dir: r.source, Release: &r.Release}, name, platform)
		if err != nil {
			return fmt.Errorf("for %s: %w", platform, err)
		}
		of, err := licence.Of(ctx, r.source, name, platform)
		if err != nil {
			return fmt.Errorf("for %s: %w", platform, err)
		}
		programs, modules = append(programs, p), append(modules, of)
		if platform.OS == "linux" {
			inImage = append(inImage, p)
		}
	}
	if len(programs) == 0 {
		return nil
	}
	var others []licence.Module
	if name == "depctl" {
		var err error
		if others, err = licence.Bundled(r.source); err != nil {
			return err
		}
	}
	library, err := licence.Library(ctx, programs[0].Info.GoVersion)
	if err != nil {
		return err
	}
	notices := licence.Notices(name, slices.Concat([]licence.Module{library}, licence.Union(modules...), others))
	r.add(fmt.Sprintf("%s_%s_licences.txt", name, r.Version), notices)
	for i, p := range programs {
		document, err := sbom.Of(p, modules[i], others)
		if err != nil {
			return err
		}
		r.add(r.nameFor(name, p.Platform, ".spdx.json"), document)
		if name == "depctl" {
			if err := r.makeArchive(p, notices); err != nil {
				return err
			}
		}
	}
	if len(inImage) == 0 || slices.Contains(r.without, "images") {
		return nil
	}
	return r.makeImage(name, inImage)
}

func (r *release) nameFor(program string, platform v1.Platform, ending string) string {
	return fmt.Sprintf("%s_%s_%s_%s%s", program, r.Version, platform.OS, platform.Architecture, ending)
}

// makeArchive packs depctl with the licences that must go with it.
func (r *release) makeArchive(p build.Program, notices []byte) error {
	ours, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return err
	}
	pack := archive.TarGz
	if p.Platform.OS == "windows" {
		pack = archive.Zip
	}
	packed, err := pack(r.Made, []archive.File{
		{Name: programName(p.Platform), Content: p.Content, Program: true},
		{Name: "LICENSE", Content: ours},
		{Name: "LICENCES.txt", Content: notices},
	})
	if err != nil {
		return err
	}
	r.add(r.nameFor(p.Name, p.Platform, archiveEnding(p.Platform)), packed)
	return nil
}

func programName(platform v1.Platform) string {
	if platform.OS == "windows" {
		return "depctl.exe"
	}
	return "depctl"
}

func archiveEnding(platform v1.Platform) string {
	if platform.OS == "windows" {
		return ".zip"
	}
	return ".tar.gz"
}

// makeImage writes an OCI archive of the image, for all platforms.
func (r *release) makeImage(name string, programs []build.Program) error {
	image, err := build.Pack(fmt.Sprintf("%s/%s:%s", r.registry, name, r.Version), programs)
	if err != nil {
		return err
	}
	layout, err := os.MkdirTemp("", "depctl-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(layout)
	if err := image.WriteLayout(layout); err != nil {
		return err
	}
	file := fmt.Sprintf("%s_%s_image.tar", name, r.Version)
	if err := image.WriteArchive(filepath.Join(r.dir, file), layout); err != nil {
		return err
	}
	written, err := os.Open(filepath.Join(r.dir, file))
	if err != nil {
		return err
	}
	defer written.Close()
	sum := sha256.New()
	size, err := io.Copy(sum, written)
	if err != nil {
		return err
	}
	r.sums[file] = hex.EncodeToString(sum.Sum(nil))
	fmt.Fprintf(r.log, "%12d  %s\n", size, file)
	r.images[name] = fmt.Sprintf("%s/%s:%s@%s", r.registry, name, r.Version, image.Digest)
	return nil
}
