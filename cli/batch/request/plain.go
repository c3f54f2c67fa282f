package request

import (
	"path"
	"strings"
)

// MaxName is the length of a Job's name: it goes into labels and names of pods.
const MaxName = 63

// plainName makes a name of Kubernetes out of one of a batch system: lower case
// letters, digits and -, at most max long. It is empty if nothing is left.
func plainName(name string, most int) string {
	var b strings.Builder
	for _, c := range strings.ToLower(name) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			b.WriteRune(c)
		} else {
			b.WriteByte('-')
		}
	}
	plain := strings.TrimLeft(b.String(), "-")
	return strings.TrimRight(plain[:min(len(plain), most)], "-")
}

// plainPattern does so with a name that has * and ? in it.
func plainPattern(pattern string) string {
	var b strings.Builder
	for _, c := range strings.ToLower(pattern) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '*' || c == '?' {
			b.WriteRune(c)
		} else {
			b.WriteByte('-')
		}
	}
	return b.String()
}

// defaultName is what a Job without a name is called: as its script, or as its
// command, with a sign that asks for a new name each time.
func defaultName(file string) string {
	base := path.Base(strings.ReplaceAll(file, `\`, "/"))
	base = strings.TrimSuffix(base, path.Ext(base))
	if plain := plainName(base, MaxName); plain != "" {
		return plain + "-"
	}
	return "job-"
}

// IsGlob reports whether a name is a pattern.
func IsGlob(name string) bool { return strings.ContainsAny(name, "*?") }
