package manifest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// The mistakes that are in the YAML and not in the expression.
const (
	// yamlSyntax: the file, or a document of it, is not YAML.
	YAMLSyntax lang.Code = "yaml-syntax"
	// yamlTag: a tag, an anchor or an alias stands where the value should.
	YAMLTag lang.Code = "yaml-tag"
	// yamlFlow: YAML reads the value, or a part of it, as a map or a list.
	YAMLFlow lang.Code = "yaml-flow"
	// yamlScalar: the value is not text.
	YAMLScalar lang.Code = "yaml-scalar"
)

// yamlValue is the value of an annotation as YAML has it.
type yamlValue struct {
	*Workload
	// begin is where the value stands with its tag and anchor, content where
	// the value itself does.
	begin, content int
	node           *yaml.Node
	// scalar is nil for a map or a list.
	scalar *scalar
	found  []lang.Diagnostic
}

// newYAMLValue follows an alias: the value stands where the anchor is.
func newYAMLValue(w *Workload) *yamlValue {
	v := &yamlValue{Workload: w, node: Target(w.Value)}
	v.begin = w.Document.offset(v.node)
	v.content = afterProperties(w.Document.text, v.begin)
	if v.node.Kind == yaml.ScalarNode {
		v.scalar = readScalar(w.Document.text, v.content, v.node)
	}
	return v
}

// afterProperties skips tags and anchors, and comments between them.
func afterProperties(text string, at int) int {
	if at >= len(text) || text[at] != '!' && text[at] != '&' {
		return at
	}
	for at < len(text) {
		width, _ := lineBreak(text[at:])
		switch {
		case width > 0:
			at += width
		case text[at] == '!' || text[at] == '&':
			at = endOfProperty(text, at)
		case text[at] == '#':
			for at < len(text) {
				if width, _ := lineBreak(text[at:]); width > 0 {
					break
				}
				at++
			}
		case text[at] == ' ' || text[at] == '\t':
			at++
		default:
			return at
		}
	}
	return at
}

// endOfProperty returns where a tag ends, at white space, or an anchor, which
// may be followed by its value at once.
func endOfProperty(text string, at int) int {
	end := func(r rune) bool { return strings.ContainsRune(" \t\r\n\u0085\u2028\u2029", r) }
	if text[at] == '&' {
		end = func(r rune) bool {
			return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}
	}
	if n := strings.IndexFunc(text[at+1:], end); n >= 0 {
		return at + 1 + n
	}
	return len(text)
}

// mistakes returns what YAML took away or turned into something else before
// anyone could read the expression, and whether there is an expression left to
// look at.
func (v *yamlValue) mistakes() (found []lang.Diagnostic, readable bool) {
	readable = v.alias() && v.property() && v.flow() && v.text()
	return v.found, readable
}

func (v *yamlValue) add(severity lang.Severity, code lang.Code, from, to int, meant, format string, args ...any) {
	hint := "write " + v.corrected(meant)
	if meant == "" {
		hint = "name the Jobs to wait for, as in " + v.corrected("extract") + ", or take the annotation away"
	}
	v.found = append(v.found, lang.Diagnostic{
		Severity: severity, Code: code, Span: lang.Span{Start: from, End: to}, Hint: hint, Message: fmt.Sprintf(format, args...),
	})
}

// corrected returns the annotation with a value in quotes.
func (v *yamlValue) corrected(meant string) string {
	meant = picture.OneLine(meant)
	quoted, err := json.Marshal(meant)
	switch {
	case v.Document.json && err == nil:
		return fmt.Sprintf("%q: %s", gate.DependsOnAnnotation, quoted)
	case strings.ContainsAny(meant, `"\`):
		return gate.DependsOnAnnotation + ": '" + strings.ReplaceAll(meant, "'", "''") + "'"
	default:
		return gate.DependsOnAnnotation + `: "` + meant + `"`
	}
}

func (v *yamlValue) alias() bool {
	at := v.Document.offset(v.Value)
	if v.Document.aliases[at] {
		delete(v.Document.aliases, at)
		v.add(lang.Error, YAMLTag, at, at+len(v.node.Value), "*"+v.node.Value[1:],
			"YAML reads %q as an alias, and there is no such anchor", Clip("*"+v.node.Value[1:]))
		return false
	}
	if v.Value.Kind == yaml.AliasNode {
		v.add(lang.Warning, YAMLTag, at, at+1+len(v.Value.Value), v.node.Value,
			"the value is an alias: it stands where the anchor %q is", Clip(v.Value.Value))
	}
	return true
}

// property looks at a tag or an anchor. That of an alias belongs elsewhere.
func (v *yamlValue) property() bool {
	if v.Value.Kind == yaml.AliasNode || v.begin == v.content {
		return true
	}
	source := v.Document.text[v.begin:]
	end := endOfProperty(v.Document.text, v.begin)
	sign := v.Document.text[v.begin:end]
	var value string
	if v.scalar != nil {
		value = v.node.Value
	}
	switch {
	case sign == "!!str":
		return true
	case source[0] == '&' && value != "":
		v.add(lang.Warning, YAMLTag, v.begin, end, value, "YAML reads %q as an anchor, not as text", Clip(sign))
		return true
	case source[0] == '&':
		v.add(lang.Error, YAMLTag, v.begin, end, sign[1:], "YAML reads %q as an anchor: the value is empty", Clip(sign))
	case strings.HasPrefix(sign, "!!"), strings.HasPrefix(sign, "!<"):
		v.add(lang.Error, YAMLTag, v.begin, end, value, "%q is a tag of YAML, the value must be text", Clip(sign))
	default:
		meant := strings.TrimSpace(sign[1:] + " " + value)
		v.add(lang.Error, YAMLTag, v.begin, end, "not "+meant, "YAML reads %q as a tag and takes it away: the value is %q", Clip(sign), Clip(value))
	}
	return false
}

// flow looks for what a flow map has made of the commas in a value.
func (v *yamlValue) flow() bool {
	if v.Value != v.node || v.siblings.Style&yaml.FlowStyle == 0 || v.scalar == nil {
		return true
	}
	after := slices.Index(v.siblings.Content, v.Value) + 1
	end := v.scalar.end
	for i := after; i+1 < len(v.siblings.Content); i += 2 {
		key, value := v.siblings.Content[i], v.siblings.Content[i+1]
		if value.Kind != yaml.ScalarNode || value.Tag != "!!null" || value.Value != "" || key.Kind != yaml.ScalarNode {
			break
		}
		end = readScalar(v.Document.text, v.Document.offset(key), key).end
	}
	if end == v.scalar.end {
		return true
	}
	v.add(lang.Error, YAMLFlow, v.begin, end, v.Document.text[v.begin:end],
		"inside { } a comma ends the value: YAML keeps only %q, and of the rest makes keys with null, for which kubectl apply before 1.33 drops all annotations: the Job runs at once", Clip(v.node.Value))
	return false
}

// Clip returns the first 60 characters of a text, in one line.
func Clip(s string) string {
	const most = 60
	if s = picture.OneLine(s); len([]rune(s)) > most {
		return string([]rune(s)[:most]) + "..."
	}
	return s
}
