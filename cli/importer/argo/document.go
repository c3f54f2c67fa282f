package argo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/importer/output"
)

// tree is a part of a file that knows where it stands.
type tree struct {
	file string
	node *yaml.Node
}

// read returns the documents of a file.
func read(file output.File) ([]tree, error) {
	decoder := yaml.NewDecoder(strings.NewReader(file.Text))
	var all []tree
	for {
		var node yaml.Node
		err := decoder.Decode(&node)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if len(node.Content) == 1 && node.Content[0].Kind == yaml.MappingNode {
			if depth(node.Content[0], maxDepth) > maxDepth {
				return nil, fmt.Errorf("line %d: nested too deep, or an alias of itself", node.Line)
			}
			all = append(all, tree{file.Name, node.Content[0]})
		}
	}
}

// maxDepth is how deep YAML may be nested, and maxNodes how much an alias may blow it up.
const (
	maxDepth = 100
	maxNodes = 1 << 17
)

func depth(n *yaml.Node, left int) int {
	count := 0
	return depthOf(n, left, &count)
}

func depthOf(n *yaml.Node, left int, count *int) int {
	if *count++; left < 0 || *count > maxNodes {
		return maxDepth + 1
	}
	if n.Kind == yaml.AliasNode {
		return depthOf(n.Alias, left-1, count)
	}
	deepest := 0
	for _, inner := range n.Content {
		deepest = max(deepest, 1+depthOf(inner, left-1, count))
		if deepest > maxDepth {
			break
		}
	}
	return deepest
}

func (t tree) there() bool { return t.node != nil && t.node.Tag != "!!null" }

func (t tree) place() output.Place {
	if t.node == nil {
		return output.Place{File: t.file}
	}
	return output.Place{File: t.file, Line: t.node.Line}
}

func (t tree) resolved() *yaml.Node {
	if t.node != nil && t.node.Kind == yaml.AliasNode {
		return t.node.Alias
	}
	return t.node
}

// get follows keys down.
func (t tree) get(keys ...string) tree {
	for _, key := range keys {
		next := tree{file: t.file}
		if n := t.resolved(); n != nil && n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				if n.Content[i].Value == key {
					next.node = n.Content[i+1]
				}
			}
		}
		t = next
	}
	return t
}

// line returns the place of a key, which is above that of a block below it.
func (t tree) line(key string) output.Place {
	if n := t.resolved(); n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				return output.Place{File: t.file, Line: n.Content[i].Line}
			}
		}
	}
	return t.place()
}

// keys are those of a map.
func (t tree) keys() []string {
	n := t.resolved()
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var keys []string
	for i := 0; i+1 < len(n.Content); i += 2 {
		keys = append(keys, n.Content[i].Value)
	}
	return keys
}

// text returns a scalar, empty if it is none.
func (t tree) text(keys ...string) string {
	n := t.get(keys...).resolved()
	if n == nil || n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return n.Value
}

// list returns the items of a list.
func (t tree) list(keys ...string) []tree {
	n := t.get(keys...).resolved()
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var items []tree
	for _, item := range n.Content {
		items = append(items, tree{t.file, item})
	}
	return items
}

// named returns the item of a list with this name.
func named(items []tree, name string) tree {
	for _, item := range items {
		if item.text("name") == name {
			return item
		}
	}
	return tree{}
}

// value returns the tree as JSON has it.
func (t tree) value() any {
	n := t.resolved()
	if n == nil {
		return nil
	}
	switch n.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				if merged, ok := (tree{t.file, n.Content[i+1]}).value().(map[string]any); ok {
					for key, value := range merged {
						if _, there := object[key]; !there {
							object[key] = value
						}
					}
				}
				continue
			}
			object[n.Content[i].Value] = tree{t.file, n.Content[i+1]}.value()
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, tree{t.file, item}.value())
		}
		return list
	}
	var value any
	if n.ShortTag() != "!!timestamp" && n.Decode(&value) == nil {
		if _, isText := value.(string); isText || value == nil {
			return value
		}
		if _, err := json.Marshal(value); err == nil {
			return value
		}
	}
	return n.Value
}

// decode reads the tree into a type of Kubernetes. The error has the place.
func (t tree) decode(into any) error {
	text, err := json.Marshal(t.value())
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return fmt.Errorf("%w", err)
	}
	return nil
}

// mapped returns a copy in which each scalar of text went through a function.
func (t tree) mapped(change func(text string, at output.Place) string) tree {
	return tree{t.file, mapped(t.node, t.file, change)}
}

func mapped(n *yaml.Node, file string, change func(string, output.Place) string) *yaml.Node {
	if n == nil {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return mapped(n.Alias, file, change)
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		c.Content[i] = mapped(inner, file, change)
	}
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "{{") {
		c.Value, c.Tag, c.Style = change(n.Value, output.Place{File: file, Line: n.Line}), "!!str", yaml.DoubleQuotedStyle
	}
	return &c
}
