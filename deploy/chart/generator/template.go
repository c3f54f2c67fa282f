package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// home is the namespace that the manifests name. In the chart it is that of the release.
const home = "depctl-system"

// template keeps what stands in the text of a template and is no YAML. In the tree of an object a mark stands for it.
type template struct{ codes []string }

var (
	mark     = regexp.MustCompile(`__code(\d+)__`)
	markLine = regexp.MustCompile(`^( *)(?:- )?__code(\d+)__(?:: null|:)?$`)
)

// mark returns what stands for a piece of code.
func (t *template) mark(code string) string {
	t.codes = append(t.codes, code)
	return fmt.Sprintf("__code%d__", len(t.codes)-1)
}

// line adds lines of code to a mapping or a list. Each is indented as what stands there, and INDENT in it is the
// number of spaces, and INDENT+2 two more.
func (t *template) line(n *yaml.Node, code string) {
	if n.Kind == yaml.MappingNode {
		n.Content = append(n.Content, text(t.mark(code)), &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"})
		return
	}
	n.Content = append(n.Content, text(t.mark(code)))
}

// value returns a value that code gives.
func (t *template) value(code string) *yaml.Node { return text(t.mark("{{ " + code + " }}")) }

// document returns the text of one object.
func (t *template) document(n *yaml.Node, condition string) (string, error) {
	walk(n, "", func(_ string, n *yaml.Node) {
		if n.Kind == yaml.ScalarNode && n.Value == home {
			n.Value, n.Style = t.mark("{{ .Release.Namespace | quote }}"), 0
		}
	})
	var made bytes.Buffer
	encoder := yaml.NewEncoder(&made)
	encoder.SetIndent(2)
	if err := encoder.Encode(n); err != nil {
		return "", err
	}
	escaped := strings.ReplaceAll(made.String(), "{{", "{{ `{{` }}")
	escaped = strings.ReplaceAll(escaped, home, "{{ .Release.Namespace }}")
	var b strings.Builder
	b.WriteString("---\n")
	if condition != "" {
		b.WriteString("{{- if " + condition + " }}\n")
	}
	for _, line := range strings.Split(strings.TrimSuffix(escaped, "\n"), "\n") {
		if m := markLine.FindStringSubmatch(line); m != nil {
			for _, code := range strings.Split(t.code(m[2]), "\n") {
				code = strings.ReplaceAll(code, "INDENT+2", strconv.Itoa(len(m[1])+2))
				b.WriteString(m[1] + strings.ReplaceAll(code, "INDENT", strconv.Itoa(len(m[1]))) + "\n")
			}
			continue
		}
		b.WriteString(mark.ReplaceAllStringFunc(line, func(found string) string {
			return t.code(mark.FindStringSubmatch(found)[1])
		}) + "\n")
	}
	if condition != "" {
		b.WriteString("{{- end }}\n")
	}
	return b.String(), nil
}

func (t *template) code(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil || n >= len(t.codes) {
		return ""
	}
	return t.codes[n]
}
