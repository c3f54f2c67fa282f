package batch

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// hintIgnore is for what a site's own scheduler knows and nobody else.
const hintIgnore = "leave it out, or let depctl.yaml ignore it"

// Ignore is what the scripts of a site say and this cluster has no use for. Its
// texts may have * and ?.
type Ignore struct {
	// Options are those of each batch system: slurm: [--licenses, "--container-*"].
	Options map[Dialect][]string `json:"options,omitempty"`
	// Resources are what -l, --gres and rusage[ ] ask for, and attributes of -W.
	Resources []string `json:"resources,omitempty"`
}

// problems says what may not be ignored: a Job must not run early because its
// site left out what it waits for.
func (i Ignore) problems(file string) Problems {
	var list Problems
	refuse := func(field, format string, args ...any) {
		list = append(list, Problem{Where: file + ": ignore." + field, Message: fmt.Sprintf(format, args...)})
	}
	for _, d := range slices.Sorted(maps.Keys(i.Options)) {
		if d == Depctl || !slices.Contains(Dialects(), d) {
			refuse("options", "%s is no batch system, there are slurm, gridengine, pbs and lsf", d)
			continue
		}
		for _, text := range i.Options[d] {
			if !strings.HasPrefix(text, "-") {
				refuse("options."+string(d), "%s is not an option, write it as scripts do: --licenses", text)
			}
			for _, o := range systemOf(d).options {
				if o.waits && slices.ContainsFunc(o.spellings(), func(name string) bool { return Matches(text, name) }) {
					refuse("options."+string(d), "%s is %s too, and what a Job waits for cannot be ignored", text, o.names)
				}
			}
		}
	}
	for _, text := range i.Resources {
		if Matches(text, "depend") {
			refuse("resources", "%s is depend of -W too, and what a Job waits for cannot be ignored", text)
		}
	}
	return list
}

// ignoresOption reports whether the site ignores an option, and says so.
func (r *request) ignoresOption(at place, d Dialect, names ...string) bool {
	return r.in.Site != nil && r.matches(at, r.in.Site.Ignore.Options[d], names...)
}

// ignoresResource reports whether the site ignores a resource, and says so.
func (r *request) ignoresResource(at place, name string) bool {
	return r.in.Site != nil && r.matches(at, r.in.Site.Ignore.Resources, name)
}

func (r *request) matches(at place, patterns []string, names ...string) bool {
	for _, pattern := range patterns {
		if slices.ContainsFunc(names, func(name string) bool { return Matches(pattern, name) }) {
			r.note(at, "left out: %s ignores %s", r.in.Site.Name, pattern)
			return true
		}
	}
	return false
}
