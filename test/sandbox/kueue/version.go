package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// printVersion prints which build this is: the module's version, the commit and the Go version, in the
// words of depctl's own programs, then the release of Kueue it is.
func printVersion() {
	moduleVersion, commit := "(devel)", "unknown"
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	if build.Main.Version != "" {
		moduleVersion = build.Main.Version
	}
	settings := map[string]string{}
	for _, s := range build.Settings {
		settings[s.Key] = s.Value
	}
	if revision := settings["vcs.revision"]; revision != "" {
		commit = revision
	}
	if settings["vcs.modified"] == "true" {
		commit += "-dirty"
	}
	fmt.Printf("kueue %s, commit %s, %s\n", moduleVersion, commit, runtime.Version())
	for _, module := range build.Deps {
		if module.Path == "sigs.k8s.io/kueue" {
			fmt.Println(module.Path, module.Version)
		}
	}
}
