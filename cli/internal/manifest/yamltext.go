package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/lang"
)

// text looks whether the value is text at all. The API server refuses any other
// value of an annotation, but for null, which it makes empty text.
func (v *yamlValue) text() bool {
	if v.scalar == nil {
		v.collection()
		return false
	}
	from, to, value := v.content, v.scalar.end, Clip(v.node.Value)
	switch v.node.ShortTag() {
	case "!!null":
		v.add(lang.Error, YAMLScalar, from, to, v.node.Value,
			"the value is null: kubectl apply before 1.33 drops all annotations, and the Job runs at once; others make it empty")
		return false
	case "!!int", "!!float":
		v.add(lang.Error, YAMLScalar, from, to, v.node.Value, "YAML reads %s as %s, and the API server takes only text", value, numberOf(v.node))
		return false
	case "!!bool":
		v.add(lang.Error, YAMLScalar, from, to, v.node.Value, "YAML reads %s as %s, and the API server takes only text", value, Arrives(v.node))
		return false
	case "!!timestamp":
		v.add(lang.Warning, YAMLScalar, from, to, v.node.Value, "%s is text for kubectl, and a date for other tools", value)
	case "!!str":
		if v.node.Style == 0 && isOldBool(v.node.Value) {
			v.add(lang.Error, YAMLScalar, from, to, v.node.Value, "kubectl reads %s as %s, and the API server takes only text", value, Arrives(v.node))
			return false
		}
	}
	return true
}

// isOldBool reports whether a word is a truth value in YAML 1.1, which kubectl
// speaks, and text in YAML 1.2.
func isOldBool(word string) bool {
	if word == "" {
		return false
	}
	if lower := strings.ToLower(word); word != lower && word != strings.ToUpper(word) && word != strings.ToUpper(word[:1])+lower[1:] {
		return false
	}
	return slices.Contains([]string{"y", "yes", "on", "n", "no", "off"}, strings.ToLower(word))
}

// isOldTrue tells which of the truth values of YAML 1.1 a word is.
func isOldTrue(word string) bool {
	return slices.Contains([]string{"y", "yes", "on"}, strings.ToLower(word))
}

// numberOf says a number, with its digits where they are not those that are written.
func numberOf(n *yaml.Node) string {
	if Arrives(n) == n.Value {
		return "a number"
	}
	return "the number " + Arrives(n)
}

// collection reports a map or a list, with the text that was likely meant.
func (v *yamlValue) collection() {
	what, meant := "a list", ""
	if v.node.Kind == yaml.MappingNode {
		what, meant = "a map", selectorOf(v.node)
	} else {
		meant = listOf(v.node)
	}
	at := v.content
	if v.node.Style&yaml.FlowStyle != 0 {
		v.add(lang.Error, YAMLFlow, at, at+1, meant, "YAML reads what begins with %q as %s, and the API server takes only text", v.Document.text[at:at+1], what)
		if strings.HasPrefix(v.Document.text[at:], "{{") {
			v.found[len(v.found)-1].Hint = TemplateHint
		}
		return
	}
	v.add(lang.Error, YAMLScalar, at, at+1, meant, "the value is %s, and the API server takes only text", what)
}

// listOf returns the items of a list as an expression, empty if they are not
// all text.
func listOf(n *yaml.Node) string {
	var items []string
	for _, item := range n.Content {
		if item = Target(item); item.Kind != yaml.ScalarNode {
			return ""
		}
		items = append(items, item.Value)
	}
	return strings.Join(items, ", ")
}

// selectorOf returns a map as a label selector, empty if it cannot be one.
func selectorOf(n *yaml.Node) string {
	var items []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := Target(n.Content[i]), Target(n.Content[i+1])
		if key.Kind != yaml.ScalarNode || value.Kind != yaml.ScalarNode {
			return ""
		}
		if value.Value != "" {
			items = append(items, key.Value+"="+value.Value)
		} else {
			items = append(items, key.Value)
		}
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// Arrives returns what kubectl sends for a scalar, as JSON: it reads YAML 1.1, and
// so more words as true or false than YAML 1.2.
func Arrives(n *yaml.Node) string {
	var value any
	switch {
	case n.Style == 0 && n.ShortTag() == "!!str" && isOldBool(n.Value):
		value = isOldTrue(n.Value)
	case n.ShortTag() == "!!str", n.ShortTag() == "!!timestamp", n.ShortTag() == "!!merge":
		value = n.Value
	default:
		if n.Decode(&value) != nil {
			value = n.Value
		}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(value) != nil {
		return n.Value // infinite, which kubectl refuses
	}
	return strings.TrimSpace(b.String())
}
