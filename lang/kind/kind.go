package kind

import (
	"slices"
	"strings"
)

// Kind is a kind of objects.
type Kind struct {
	// Name is what canonical expressions call it: the full singular in lower case. The name of a
	// kind that is not in the table is that with its API group, as in widget.example.com.
	Name string
	// Also are further names that expressions may use, beside those of the API: the plural,
	// and both with the group (deployments.apps).
	Also []string
	// Group, Version and Resource say where the API server has the objects. Version and
	// Resource are empty for a kind that is not in the table: the API server knows them.
	Group, Version, Resource string
	// ClusterWide: the objects are in no namespace.
	ClusterWide bool
	// OnlyMetadata: nothing but their existence is asked of the objects, so no more of them
	// is read.
	OnlyMetadata bool
	// SuspendedBy is the path of the field, with dots, by which anybody keeps an object from running while it is
	// true; empty if the kind has none. What is suspended is neither started nor ready.
	SuspendedBy string
	// HeldBy is the path of the field, with dots, that keeps an object from starting while it is true,
	// where the gate holds objects of the kind. Of these, Noun is what the API calls the kind, and PodSpec
	// the path of the Pod specification whose service account asks for what the object waits for.
	HeldBy, Noun, PodSpec string
	// Gated: HeldBy is a list of scheduling gates, and ours among them is what keeps the object from starting.
	// The gate can fail it then, as nothing has seen it.
	Gated bool
	// Versions: an update of what has started makes a new version, which can wait again.
	Versions bool
	// Ready, Started, Succeeded and Failed say what an object must say for the status to be
	// true: any of the rules. A kind without rules never has the status.
	Ready, Started, Succeeded, Failed []Rule
	// listed: it is in the table.
	listed bool
}

// Rule is what an object must say: all of its tests.
type Rule []Test

// Test is one thing that an object can say. One of the fields is set.
type Test struct {
	// Condition is the type of a condition in status.conditions, whose status is one of Is, True
	// where that is empty.
	Condition string
	// Field is the path of a text, with dots, that is one of Is.
	Field string
	Is    []string
	// Positive is the path of a number, with dots, that is at least 1.
	Positive string
	// Current: kstatus says that the object is as its spec wants it.
	Current bool
	// Endpoint: an EndpointSlice of the Service of this name has an endpoint that is ready.
	Endpoint bool
}

// Job and CronJob are the kinds that the language itself knows.
const (
	Job     = "job"
	CronJob = "cronjob"
)

// Deployment and Pod are kinds that the gate holds, as it does Jobs. The one has versions, and a scheduling gate holds
// the other.
const (
	Deployment = "deployment"
	Pod        = "pod"
)

// Listed reports whether the kind is in the table, and not known by its group alone.
func (k Kind) Listed() bool { return k.listed }

// HasEndpoints reports whether an object of the kind is ready by its EndpointSlices.
func (k Kind) HasEndpoints() bool {
	return slices.ContainsFunc(k.Ready, func(r Rule) bool { return slices.ContainsFunc(r, func(t Test) bool { return t.Endpoint }) })
}

// IsBuiltIn reports whether the kind is one of Kubernetes itself.
func (k Kind) IsBuiltIn() bool {
	return k.listed && (k.Group == "" || k.Group == "apps" || k.Group == "batch")
}

// Ends reports whether an object of the kind can succeed and fail.
func (k Kind) Ends() bool { return len(k.Succeeded) > 0 }

// Default is the status that a reference without one asks for: the most that the kind can
// promise. Of a kind that is not in the table it is ready, as not all of them end.
func (k Kind) Default() string {
	switch {
	case k.Ends() && k.listed:
		return "succeeded"
	case len(k.Ready) > 0:
		return "ready"
	default:
		return "exists"
	}
}

// Has reports whether an object of the kind can ever have a status of the language, such as
// "ready".
func (k Kind) Has(status string) bool {
	switch {
	case status == "exists", status == "absent", k.Name == Job, k.Name == CronJob:
		return true
	case status == "ready":
		return len(k.Ready) > 0
	case status == "started":
		return len(k.Started) > 0 || len(k.Ready) > 0 || k.Ends()
	case status == "skipped": // only what the gate holds can be skipped
		return k.HeldBy != ""
	default:
		return k.Ends()
	}
}

// Statuses returns the statuses of the language that an object of the kind can have, in the
// order of the documentation.
func (k Kind) Statuses() []string {
	all := []string{"succeeded", "failed", "skipped", "finished", "started", "ready", "exists", "absent"}
	return slices.DeleteFunc(all, func(s string) bool { return !k.Has(s) })
}

// Of returns the kind that a word of an expression means, and whether there is one: one of
// the table by any of its names, or any other by its name and its API group, as in
// widget.example.com.
func Of(word string) (Kind, bool) {
	for i := range table {
		if table[i].Name == word {
			return table[i], true
		}
	}
	for i := range table {
		if table[i].isCalled(word) {
			return table[i], true
		}
	}
	singular, group, dotted := strings.Cut(word, ".")
	if !dotted || singular == "" || group == "" {
		return Kind{}, false
	}
	return Kind{
		Name: word, Group: group,
		Ready: current(), Succeeded: conditions("Complete", "Succeeded"), Failed: conditions("Failed"),
	}, true
}

// isCalled reports whether a word is another name of the kind.
func (k *Kind) isCalled(word string) bool {
	if word == k.Resource || slices.Contains(k.Also, word) {
		return true
	}
	base, ok := strings.CutSuffix(word, "."+k.Group)
	return ok && k.Group != "" && (base == k.Name || base == k.Resource)
}

// CanBeHeld reports whether the gate can hold objects of the kind, and the kind is not Job.
func (k Kind) CanBeHeld() bool { return k.HeldBy != "" && k.Name != Job }

// Held returns the kinds beside Jobs of which the gate can hold objects.
func Held() []Kind {
	return slices.DeleteFunc(All(), func(k Kind) bool { return !k.CanBeHeld() })
}

// HeldAs returns the kind of Held that the API calls so in a group, and whether there is one.
func HeldAs(group, noun string) (Kind, bool) {
	for i := range table {
		if k := &table[i]; k.Noun == noun && k.Group == group && k.CanBeHeld() {
			return table[i], true
		}
	}
	return Kind{}, false
}

// All returns the kinds of the table, in the order of the documentation.
func All() []Kind { return slices.Clone(table[:]) }

// Names returns what canonical expressions call the kinds of the table, in its order.
func Names() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].Name
	}
	return names
}

// Words returns all names of the kinds of the table, sorted, to look for the one that was
// meant.
func Words() []string {
	var words []string
	for i := range table {
		words = append(append(words, table[i].Name, table[i].Resource), table[i].Also...)
	}
	slices.Sort(words)
	return slices.Compact(words)
}
