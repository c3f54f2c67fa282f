package main

import (
	"fmt"

	"go.yaml.in/yaml/v3"
)

// field returns the value of a key of a mapping, nil if there is none.
func field(n *yaml.Node, path ...string) *yaml.Node {
	for _, key := range path {
		at := -1
		if n != nil && n.Kind == yaml.MappingNode {
			for i := 0; i < len(n.Content); i += 2 {
				if n.Content[i].Value == key {
					at = i
				}
			}
		}
		if at < 0 {
			return nil
		}
		n = n.Content[at+1]
	}
	return n
}

// put sets a key of a mapping.
func put(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content[i+1] = value
			return
		}
	}
	n.Content = append(n.Content, text(key), value)
}

// drop removes keys of a mapping.
func drop(n *yaml.Node, keys ...string) {
	for _, key := range keys {
		for i := 0; i < len(n.Content); i += 2 {
			if n.Content[i].Value == key {
				n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
				break
			}
		}
	}
}

// text returns a string as a node.
func text(value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}
}

// node returns any value as a node.
func node(value any) *yaml.Node {
	var n yaml.Node
	if err := n.Encode(value); err != nil {
		return text(fmt.Sprint(value)) // a table of ours holds nothing that cannot be encoded
	}
	return &n
}

// clone returns a copy that shares nothing.
func clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// same reports whether two nodes mean the same, in the same order.
func same(a, b *yaml.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Value != b.Value || a.ShortTag() != b.ShortTag() || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		if !same(a.Content[i], b.Content[i]) {
			return false
		}
	}
	return true
}

// walk calls do for every node below n, with the key under which it stands.
func walk(n *yaml.Node, key string, do func(key string, n *yaml.Node)) {
	do(key, n)
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		under := key
		if n.Kind == yaml.MappingNode {
			under = n.Content[i-1].Value
		}
		walk(child, under, do)
	}
}
