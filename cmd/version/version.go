// Package version says which build a program is. It reads what the Go
// toolchain stamped into the binary and needs no build flags.
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// Info is what is known of a build.
type Info struct {
	// Version is the version of the main module, "(devel)" if none was
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
	info := Info{Version: "(devel)", Commit: "unknown", Go: runtime.Version()}
	build, ok := debug.ReadBuildInfo()
	if !ok {
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
