package lang

import "strings"

// Matcher tells which objects belong to a set.
type Matcher struct {
	glob     string
	selector selector
}

// NewMatcher returns the matcher for the set that ref names, by glob or
// selector. For any other ref it matches that name alone.
func NewMatcher(ref Ref) Matcher {
	if strings.HasPrefix(ref.Name, "{") {
		s, _, _ := parseSelector(ref.Name)
		return Matcher{selector: s}
	}
	return Matcher{glob: ref.Name}
}

// Match reports whether an object of the set's kind and namespace belongs to the
// set. The annotated Job itself never does; that is for the caller to leave out.
func (m Matcher) Match(name string, labels map[string]string) bool {
	if m.selector != nil {
		return m.selector.matches(labels)
	}
	return matchGlob(m.glob, name)
}

// Contains reports whether a set contains an object with these labels: one of its kind,
// namespace and run that it matches. The annotated Job itself is for the caller to leave
// out, as for Match.
func (r Ref) Contains(object Ref, labels map[string]string) bool {
	return r.Kind == object.Kind && r.Namespace == object.Namespace && r.Run == object.Run && NewMatcher(r).Match(object.Name, labels)
}

// matchGlob matches * with any text and ? with one character, in time
// proportional to the product of the lengths.
func matchGlob(glob, name string) bool {
	star, again := -1, 0
	g, n := 0, 0
	for n < len(name) {
		switch {
		case g < len(glob) && glob[g] == '*':
			star, again = g, n
			g++
		case g < len(glob) && (glob[g] == '?' || glob[g] == name[n]):
			g++
			n++
		case star >= 0:
			again++
			g, n = star+1, again
		default:
			return false
		}
	}
	return strings.Trim(glob[g:], "*") == ""
}
