package reference

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// IsPattern reports whether a name may mean several Jobs: it has *, ? or [...].
func IsPattern(name string) bool { return strings.ContainsAny(name, "*?[") }

// Matches reports whether a name is the one that is meant, or matches the pattern.
func Matches(pattern, name string) bool {
	if !IsPattern(pattern) {
		return pattern == name
	}
	matched, err := path.Match(pattern, name)
	return err == nil && matched
}

// CheckPattern returns an error for a pattern that cannot be read.
func CheckPattern(name string) error {
	if _, err := path.Match(name, ""); err != nil {
		return fmt.Errorf("%q is no pattern: there is a [ without its ]", name)
	}
	return nil
}

var element = regexp.MustCompile(`^([^*?\[]+)\[([0-9]+)\]$`)

// Element returns the Job and the index that a pattern means if it is an element as expressions
// have it, load[3], and whether it may be one.
func Element(pattern string) (name, index string, is bool) {
	found := element.FindStringSubmatch(pattern)
	if found == nil {
		return "", "", false
	}
	return found[1], found[2], true
}
