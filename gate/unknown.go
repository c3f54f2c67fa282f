package gate

import (
	"maps"
	"slices"
	"strings"

	"depctl.dev/lang"
)

// prefix begins the keys of all annotations and labels that depctl reads.
const prefix = "depctl.dev/"

// known are the annotations under depctl.dev that a Job may carry, without the prefix: those that
// the gate reads or writes, and those that only depctl does. Any other holds a Job that waits. It
// may come from a newer depctl, and say that the Job must not start yet.
var known = map[string]bool{
	"depends-on": true, "on-dependency-failure": true, "wait-timeout": true, "hold": true, "released": true, "seen": true, "paused": true,
	"array-limit": true, "uses": true, "priority": true, "rank": true, "tokens": true, "near": true, "fail-fast": true,
	"expected-duration": true, "keep-outcome": true, "keep-result": true, "outcomes": true, "results": true, "result": true,
	"met": true, "condition": true, "leader": true,

	"array": true, "submitted": true, "notes": true, "script": true, "cancelled": true, "lint-ignore": true, "run-size": true,
	"done-by": true, "event-key": true, "webhook-secret": true,
}

// labels are keys that mean something among the labels, and nothing among the annotations.
var labels = map[string]bool{"run": true, "step": true, "name": true}

// NearestAnnotation returns the annotation that a key without its prefix may have been meant for; empty if none is like it.
func NearestAnnotation(name string) string {
	if near := lang.Nearest(name, slices.Sorted(maps.Keys(known))); near != "" {
		return prefix + near
	}
	return ""
}

// unknownAnnotation returns the first key, by name, under depctl.dev that nobody reads; empty if there is none.
func unknownAnnotation(annotations map[string]string) string {
	first := ""
	for key := range annotations {
		name, ours := strings.CutPrefix(key, prefix)
		if ours && !known[name] && !strings.HasPrefix(key, ResultPrefix) && (first == "" || key < first) {
			first = key
		}
	}
	return first
}

// unknown returns what is wrong with an annotation that nobody reads, nil if there is none.
func (j Job) unknown() error {
	if j.Unknown == "" {
		return nil
	}
	name := strings.TrimPrefix(j.Unknown, prefix)
	if labels[name] {
		return &Mistake{j.Unknown, "is read among the labels only: write it there"}
	}
	if near := NearestAnnotation(name); near != "" {
		return &Mistake{j.Unknown, "is not known to this version of depctl: did you mean " + near + "?"}
	}
	return &Mistake{j.Unknown, "is not known to this version of depctl: remove it, or upgrade the gate"}
}
