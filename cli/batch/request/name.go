package request

import (
	"fmt"
	"strings"
)

// Given returns the name that the Job was given, or one made of its script or
// command, which ends in - as its number is not said.
func (r *Request) Given() string {
	switch {
	case r.Name != "":
		return r.Name
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

// PlainName returns the name without what Kubernetes adds to it.
func (r *Request) PlainName() string { return r.ShortName(r.Generates()) }

// ShortName returns it with room for what Kubernetes adds to it.
func (r *Request) ShortName(generates bool) string {
	room := MaxName
	if r.Array != nil {
		room -= 1 + len(fmt.Sprint(r.Array.Len()-1)) // of the names of pods
	}
	if generates {
		room -= 1 + 5
	}
	if r.ID != 0 {
		room -= 1 + len(fmt.Sprint(r.ID))
	}
	return plainName(strings.TrimSuffix(r.Given(), "-"), room)
}

// Generates reports whether Kubernetes adds to the name.
func (r *Request) Generates() bool {
	return r.ID == 0 && (r.Singleton || strings.HasSuffix(r.Given(), "-"))
}
