// Package version says which build a program is. It reads what the Go toolchain stamped into the binary and
// needs no build flags; a release has its version and commit from the linker.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// release and commit are written by the linker into the programs of a release (deploy/image/build). The toolchain's
// own stamps depend on tags and on how git is laid out, and the same commit must give the same bytes.
var release, commit string

// Info is what is known of a build.
type Info struct {
	// Version is the version of the release, else of the main module; "(devel)" if none was
	// stamped.
	Version string `json:"version"`
	// Commit is the commit it was built from, with the suffix "-dirty" if
	// files had changed since; "unknown" if none was stamped.
	Commit string `json:"commit"`
	// Go is the version of the Go toolchain.
	Go string `json:"go"`
}

// Get returns what was stamped into the running program.
func Get() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return of(build, release, commit)
}

// of returns what a build says of itself. What the linker wrote comes first.
func of(build *debug.BuildInfo, release, commit string) Info {
	info := Info{Version: "(devel)", Commit: "unknown", Go: runtime.Version()}
	if release != "" {
		info.Version, info.Commit = release, commit
		return info
	}
	if build.Main.Version != "" {
		info.Version = build.Main.Version
	}
	dirty := false
	for _, setting := range build.Settings {
		switch setting.Key {
		case "vcs.revision":
			info.Commit = setting.Value
		case "vcs.modified":
			dirty = setting.Value == "true"
		}
	}
	if dirty {
		info.Commit += "-dirty"
	}
	return info
}

// String returns one line: version, commit and Go version.
func (i Info) String() string {
	return fmt.Sprintf("%s, commit %s, %s", i.Version, i.Commit, i.Go)
}
