package lint

import (
	"slices"
	"strings"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// lintIgnoreAnnotation has the codes of findings that are not wanted of a Job.
const lintIgnoreAnnotation = "depctl.dev/lint-ignore"

// ignoredBy returns the codes that an object does not want to hear of. A CronJob
// says it in its own annotations or in those of the Jobs that it makes.
func ignoredBy(w *manifest.Workload) []string {
	codes := manifest.Word(manifest.Child(w.Root, "metadata", "annotations"), lintIgnoreAnnotation)
	if w.Kind == "CronJob" {
		codes += "," + manifest.Word(manifest.Child(w.Template, "metadata", "annotations"), lintIgnoreAnnotation)
	}
	return strings.FieldsFunc(codes, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) })
}

func unknownCodes(_ *linting, w *manifest.Workload) []mistake {
	var found []mistake
	for _, code := range ignoredBy(w) {
		if describe(code) != "" {
			continue
		}
		hint := "docs/reference/lint.md lists them all"
		if near := lang.Nearest(code, allCodes()); near != "" {
			hint = "did you mean \"" + near + "\"?"
		}
		found = append(found, mistakef(w.Annotation(lintIgnoreAnnotation), hint, "there is no finding with the code %q", manifest.Clip(code))...)
	}
	return found
}

// allCodes returns the codes of what one may want not to hear of: the rules, and
// the warnings of the language.
func allCodes() []string {
	codes := []string{
		string(lang.OpenSet), string(lang.StatusSuffix), string(lang.KindAsNamespace), string(lang.UnknownKind),
		string(lang.Duplicate), string(lang.Contradiction), string(lang.WholeArrayFails), string(lang.NoSuchElement),
	}
	for _, rule := range lintRules() {
		codes = append(codes, string(rule.code))
	}
	slices.Sort(codes)
	return codes
}
