package argo

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// refKind says what a ref is.
type refKind uint8

const (
	// isResult is what a Job says, isStatus and isCode how it ended.
	isResult refKind = iota
	isStatus
	isCode
	// isField is of the pod or of an object that its environment takes it from.
	isField
)

// ref is a value that is not known before something has run. In texts it is a number
// between two characters that no YAML of people has.
type ref struct {
	kind refKind
	// of is the part of the workflow that it is about; nil for fields.
	of *node
	// name is what the variable is called that has it.
	name   string
	source *corev1.EnvVarSource
	// said is what people wrote.
	said string
}

const refBegin, refEnd = "\ue000", "\ue001"

var refPattern = regexp.MustCompile(refBegin + `(\d+)` + refEnd)

// text returns a ref as part of a text.
func (w *workflow) text(r ref) string {
	for i, before := range w.refs {
		if before.kind == r.kind && before.of == r.of && before.name == r.name && before.said == r.said {
			return fmt.Sprintf("%s%d%s", refBegin, i, refEnd)
		}
	}
	w.refs = append(w.refs, r)
	return fmt.Sprintf("%s%d%s", refBegin, len(w.refs)-1, refEnd)
}

// refsIn returns the refs of a text.
func (w *workflow) refsIn(text string) []ref {
	var all []ref
	for _, m := range refPattern.FindAllStringSubmatch(text, -1) {
		if i, err := strconv.Atoi(m[1]); err == nil && i < len(w.refs) {
			all = append(all, w.refs[i])
		}
	}
	return all
}

// readable returns a text with its refs as people wrote them.
func (w *workflow) readable(text string) string {
	return refPattern.ReplaceAllStringFunc(text, func(m string) string {
		for _, r := range w.refsIn(m) {
			return "{{" + r.said + "}}"
		}
		return m
	})
}

// variable returns a name for an environment variable.
func variable(parts ...string) string {
	text := strings.ToUpper(strings.Join(parts, "_"))
	text = regexp.MustCompile(`[^A-Z0-9_]+`).ReplaceAllString(text, "_")
	if text == "" || text[0] >= '0' && text[0] <= '9' {
		text = "_" + text
	}
	return text
}
