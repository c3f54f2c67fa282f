package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version prints which build this is: the module's version, the commit and the Go version, in the
// words of depctl's own programs, then the releases it is made of.
func version() int {
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
	fmt.Printf("kube %s, commit %s, %s\n", moduleVersion, commit, runtime.Version())
	for _, module := range build.Deps {
		switch module.Path {
		case "k8s.io/kubernetes", "go.etcd.io/etcd/server/v3":
			fmt.Println(module.Path, module.Version)
		}
	}
	return 0
}
