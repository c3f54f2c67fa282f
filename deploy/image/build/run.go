package build

import (
	"context"
	"fmt"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Options say what to build, and where.
type Options struct {
	// Source is what the program is compiled from.
	Source Source
	// Out is the directory for the archive and the OCI layout.
	Out string
	// Program is the name of the program, and Reference that of the image, with registry and tag.
	Program, Reference string
	// Platforms are of the form linux/ARCHITECTURE.
	Platforms []string
}

// Result says what was built.
type Result struct {
	Image
	// Archive and Layout are the files that were written.
	Archive, Layout string
}

// Run builds an image and writes it into o.Out.
func Run(ctx context.Context, o Options) (Result, error) {
	if _, err := parseTag(o.Reference); err != nil {
		return Result{}, err
	}
	programs, err := CompileAll(ctx, o.Source, o.Program, o.Platforms)
	if err != nil {
		return Result{}, err
	}
	image, err := Pack(o.Reference, programs)
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Image:   image,
		Archive: filepath.Join(o.Out, o.Program+".tar"),
		Layout:  filepath.Join(o.Out, o.Program+"-image"),
	}
	if err := image.WriteLayout(r.Layout); err != nil {
		return Result{}, err
	}
	return r, image.WriteArchive(r.Archive, r.Layout)
}

// CompileAll builds a program for several platforms that an image may have.
func CompileAll(ctx context.Context, source Source, name string, platforms []string) ([]Program, error) {
	programs := make([]Program, 0, len(platforms))
	for _, text := range platforms {
		platform, err := v1.ParsePlatform(text)
		if err != nil || platform.OS != "linux" || platform.Architecture == "" {
			return nil, fmt.Errorf("--platforms: %q is not linux/ARCHITECTURE", text)
		}
		p, err := Compile(ctx, source, name, *platform)
		if err != nil {
			return nil, fmt.Errorf("building %s for %s: %w", name, platform, err)
		}
		programs = append(programs, p)
	}
	return programs, nil
}
