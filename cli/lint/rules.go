package lint

import (
	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// describe returns what a code means in general, empty if there is no such code.
func describe(code string) string {
	switch lang.Code(code) {
	case manifest.YAMLSyntax:
		return "the file, or a document of it, is not YAML."
	case manifest.YAMLTag:
		return "a tag, an anchor or an alias stands where the value should."
	case manifest.YAMLFlow:
		return "YAML reads the value, or a part of it, as a map or a list."
	case manifest.YAMLScalar:
		return "the value is not text."
	}
	for _, rule := range lintRules() {
		if string(rule.code) == code {
			return rule.about
		}
	}
	return lang.Code(code).Text()
}
