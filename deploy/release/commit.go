package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/semver"

	"depctl.dev/deploy/image/build"
)

// releaseOf returns what the programs of a release say of themselves, by git. Outside of git, SOURCE_DATE_EPOCH has
// the time.
func releaseOf(ctx context.Context, o options) (build.Release, error) {
	if !semver.IsValid(o.version) || semver.Canonical(o.version) != o.version {
		return build.Release{}, fmt.Errorf("--version %q is not of the form v0.1.0", o.version)
	}
	r := build.Release{Version: o.version, Commit: "unknown"}
	seconds := os.Getenv("SOURCE_DATE_EPOCH")
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", o.source}, args...)...)
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	head, err := git("rev-parse", "HEAD")
	if err != nil {
		if seconds == "" {
			return build.Release{}, errors.New("git knows no commit here; give SOURCE_DATE_EPOCH, the seconds since 1970 that are the time of the files")
		}
	} else {
		r.Commit = head
		changed, err := git("status", "--porcelain")
		switch {
		case err != nil:
			return build.Release{}, fmt.Errorf("git status: %w", err)
		case changed != "" && !o.dirty:
			return build.Release{}, fmt.Errorf("changes are not committed; commit them, or give --dirty:\n%s", changed)
		case changed != "":
			r.Commit += "-dirty"
		}
		if tagged, err := git("rev-parse", "--verify", "--quiet", o.version+"^{commit}"); err == nil && tagged != head {
			return build.Release{}, fmt.Errorf("tag %s is on another commit, %s", o.version, tagged)
		}
		if seconds == "" {
			if seconds, err = git("show", "--no-patch", "--format=%ct", "HEAD"); err != nil {
				return build.Release{}, fmt.Errorf("git show: %w", err)
			}
		}
	}
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return build.Release{}, fmt.Errorf("the time %q is not in seconds since 1970: %w", seconds, err)
	}
	r.Made = time.Unix(unix, 0).UTC()
	return r, nil
}
