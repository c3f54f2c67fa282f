package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// program is a compiled program and what the Go toolchain stamped into it.
type program struct {
	name     string
	platform v1.Platform
	content  []byte
	// version and commit are those that it prints itself.
	version, commit string
	// made is the time of the commit; 1970 if none was stamped.
	made time.Time
}

// compile builds a program from the module in source. Its code comes from the
// build cache if make build has made it there for the same platform.
func compile(ctx context.Context, source, name string, platform v1.Platform) (program, error) {
	dir, err := os.MkdirTemp("", "depctl-image-")
	if err != nil {
		return program{}, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, name)
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=auto", "-trimpath", "-ldflags=-s -w", "-o", file, "./cmd/"+name)
	build.Dir = source
	build.Env = append(os.Environ(),
		"CGO_ENABLED=0", // a static program
		"GOOS="+platform.OS, "GOARCH="+platform.Architecture,
		// What the environment of one machine says must not make another program.
		"GOFLAGS=-mod=readonly", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off", "GOAMD64=v1", "GOARM64=v8.0")
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return program{}, fmt.Errorf("go build: %w", err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return program{}, err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return program{}, err
	}
	p := program{name: name, platform: platform, content: content}
	return p, p.stamp(info)
}

// stamp takes over what is known of the build. The words are those of package
// version.
func (p *program) stamp(info *buildinfo.BuildInfo) error {
	p.version, p.commit, p.made = "(devel)", "unknown", time.Unix(0, 0).UTC()
	if info.Main.Version != "" {
		p.version = info.Main.Version
	}
	dirty := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			p.commit = setting.Value
		case "vcs.modified":
			dirty = setting.Value == "true"
		case "vcs.time":
			made, err := time.Parse(time.RFC3339, setting.Value)
			if err != nil {
				return fmt.Errorf("the time of the commit: %w", err)
			}
			p.made = made.UTC()
		}
	}
	if dirty {
		p.commit += "-dirty"
	}
	return nil
}
