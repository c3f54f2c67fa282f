package build

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Program is a compiled program and what is known of its build.
type Program struct {
	Name     string
	Platform v1.Platform
	Content  []byte
	// Version and Commit are those that it prints itself.
	Version, Commit string
	// Made is the time of the commit; 1970 if none is known.
	Made time.Time
	// Info is what the Go toolchain stamped into it.
	Info *buildinfo.BuildInfo
}

// Source is what programs are compiled from.
type Source struct {
	// Dir is the directory of the main module.
	Dir string
	// Release is the release that programs are compiled for. Without one, the Go toolchain finds out by itself
	// what git knows, if it can.
	Release *Release
}

// Release is what the programs of a release say of themselves. It is written into them in place of what the
// toolchain finds out, which depends on tags and on how git is laid out.
type Release struct {
	Version, Commit string
	Made            time.Time
}

// Scheduler is a program that has a module of its own, with Kubernetes in it.
const Scheduler = "depctl-scheduler"

// Compile builds a program from the module in the source, or from its own below that. Its code comes from the
// build cache if make build has made it there for the same platform.
func Compile(ctx context.Context, source Source, name string, platform v1.Platform) (Program, error) {
	temporary, err := os.MkdirTemp("", "depctl-image-")
	if err != nil {
		return Program{}, err
	}
	defer os.RemoveAll(temporary)
	file := filepath.Join(temporary, name)
	dir, flags, vcs := source.Dir, "-s -w", "-buildvcs=auto"
	path := "./cmd/" + name
	if r := source.Release; r != nil {
		const names = " -X depctl.dev/cmd/version."
		flags += names + "release=" + r.Version + names + "commit=" + r.Commit
		vcs = "-buildvcs=false"
	}
	if name == Scheduler {
		dir, path = filepath.Join(source.Dir, "cmd", name), "."
		stamp, err := kubernetesStamp(ctx, dir)
		if err != nil {
			return Program{}, err
		}
		flags += stamp
	}
	build := exec.CommandContext(ctx, "go", "build", vcs, "-trimpath", "-ldflags="+flags, "-o", file, path)
	build.Dir = dir
	build.Env = Environment(platform)
	build.Stdout, build.Stderr = os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		return Program{}, fmt.Errorf("go build: %w", err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return Program{}, err
	}
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return Program{}, err
	}
	p := Program{Name: name, Platform: platform, Content: content, Info: info}
	if r := source.Release; r != nil {
		p.Version, p.Commit, p.Made = r.Version, r.Commit, r.Made
		return p, nil
	}
	return p, p.stamp(info)
}

// Environment returns the environment in which the Go toolchain compiles for a platform. What the environment
// of one machine says must not make another program.
func Environment(platform v1.Platform) []string {
	return append(os.Environ(),
		"CGO_ENABLED=0", // a static program
		"GOOS="+platform.OS, "GOARCH="+platform.Architecture,
		"GOFLAGS=-mod=readonly", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off", "GOAMD64=v1", "GOARM64=v8.0")
}

// kubernetesStamp returns the linker's flags by which a part of Kubernetes knows its version, that
// which the module in dir requires.
func kubernetesStamp(ctx context.Context, dir string) (string, error) {
	list := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes")
	list.Dir = dir
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w", err)
	}
	version := strings.TrimSpace(string(out))
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	if len(parts) != 3 {
		return "", fmt.Errorf("k8s.io/kubernetes %s is no release", version)
	}
	const names = " -X k8s.io/component-base/version.git"
	return names + "Version=" + version + names + "Major=" + parts[0] + names + "Minor=" + parts[1], nil
}

// stamp takes over what is known of the build. The words are those of package
// version.
func (p *Program) stamp(info *buildinfo.BuildInfo) error {
	p.Version, p.Commit, p.Made = "(devel)", "unknown", time.Unix(0, 0).UTC()
	if info.Main.Version != "" {
		p.Version = info.Main.Version
	}
	dirty := false
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			p.Commit = setting.Value
		case "vcs.modified":
			dirty = setting.Value == "true"
		case "vcs.time":
			made, err := time.Parse(time.RFC3339, setting.Value)
			if err != nil {
				return fmt.Errorf("the time of the commit: %w", err)
			}
			p.Made = made.UTC()
		}
	}
	if dirty {
		p.Commit += "-dirty"
	}
	return nil
}
