package batch

import (
	"fmt"
	"strings"
)

// given returns the name that the Job was given, or one made of its script or
// command, which ends in - as its number is not said.
func (r *request) given() string {
	switch {
	case r.name != "":
		return r.name
	case r.Manifest != nil && r.Manifest.Name != "":
		return r.Manifest.Name
	case r.Manifest != nil && r.Manifest.GenerateName != "":
		return r.Manifest.GenerateName
	case r.Script != nil:
		return defaultName(r.Script.Name)
	case len(r.Command) > 0:
		return defaultName(r.Command[0])
	}
	return "job-"
}

// plainName returns the name without what Kubernetes adds to it.
func (r *request) plainName() string { return r.shortName(r.generates()) }

// shortName returns it with room for what Kubernetes adds to it.
func (r *request) shortName(generates bool) string {
	room := maxName
	if r.array != nil {
		room -= 1 + len(fmt.Sprint(r.array.Len()-1)) // of the names of pods
	}
	if generates {
		room -= 1 + 5
	}
	return plainName(strings.TrimSuffix(r.given(), "-"), room)
}

// generates reports whether Kubernetes adds to the name.
func (r *request) generates() bool { return r.singleton || strings.HasSuffix(r.given(), "-") }
