package request

import (
	"slices"

	"depctl.dev/lang"
)

// HintIgnore is for what a site's own scheduler knows and nobody else.
const HintIgnore = "leave it out, or let depctl.yaml ignore it"

// Ignore is what the scripts of a site say and this cluster has no use for. Its
// texts may have * and ?.
type Ignore struct {
	// Options are those of each batch system: slurm: [--licenses, "--container-*"].
	Options map[string][]string `json:"options,omitempty"`
	// Resources are what -l, --gres and rusage[ ] ask for, and attributes of -W.
	Resources []string `json:"resources,omitempty"`
	// By is the name of the file that says so.
	By string `json:"-"`
}

// IgnoresOption reports whether the site ignores an option of a dialect, and says so.
func (r *Request) IgnoresOption(at Place, dialect string, names ...string) bool {
	return r.ignores(at, r.Ignore.Options[dialect], names...)
}

// IgnoresResource reports whether the site ignores a resource, and says so.
func (r *Request) IgnoresResource(at Place, name string) bool {
	return r.ignores(at, r.Ignore.Resources, name)
}

func (r *Request) ignores(at Place, patterns []string, names ...string) bool {
	for _, pattern := range patterns {
		if slices.ContainsFunc(names, func(name string) bool { return Matches(pattern, name) }) {
			r.Note(at, "left out: %s ignores %s", r.Ignore.By, pattern)
			return true
		}
	}
	return false
}

// Matches reports whether a name is of a pattern with * and ?.
func Matches(pattern, name string) bool {
	return lang.NewMatcher(lang.Job("", pattern)).Match(name, nil)
}
