package manifest

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// Target returns what an alias points at, and any other node itself.
func Target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Child follows keys down from a map, nil if one is missing.
func Child(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n, _ = Entry(Target(n), key)
	}
	return n
}

// Entry returns the value of a key in a map, and the map that has it: the map
// itself, or one that is merged into it by "<<". The last of equal keys counts,
// as it does for kubectl.
func Entry(n *yaml.Node, key string) (value, owner *yaml.Node) {
	seen := map[*yaml.Node]bool{nil: true} // aliases may lead in circles
	for maps := []*yaml.Node{n}; len(maps) > 0; maps = maps[1:] {
		m := Target(maps[0])
		if seen[m] {
			continue
		}
		seen[m] = true
		if m.Kind == yaml.SequenceNode && m != n {
			maps = append(maps, m.Content...)
		}
		if m.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			switch k := Target(m.Content[i]); {
			case k.Kind == yaml.ScalarNode && k.Value == key:
				value, owner = m.Content[i+1], m
			case k.Tag == "!!merge":
				maps = append(maps, m.Content[i+1])
			}
		}
		if value != nil {
			return value, owner
		}
	}
	return nil, nil
}

// Word returns a scalar below a map, empty if there is none.
func Word(n *yaml.Node, key string) string {
	if n = Target(Child(n, key)); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return n.Value
	}
	return ""
}

// decode reads a node into a type of Kubernetes' API, as the API server would
// read the JSON of it. What does not fit stays zero: saying so is its business.
func decode(n *yaml.Node, into any) {
	left := maxPlain
	if text, err := json.Marshal(plain(n, &left)); err == nil && left > 0 {
		_ = json.Unmarshal(text, into)
	}
}

// maxPlain bounds the nodes that are read of one object: aliases can make a
// small file an endless one.
const maxPlain = 1 << 17

// plain returns a node as JSON would have it. The last of equal keys counts.
func plain(n *yaml.Node, left *int) any {
	if n = Target(n); n == nil || *left <= 0 {
		return nil
	}
	*left--
	switch n.Kind {
	case yaml.MappingNode:
		object := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Tag == "!!merge" {
				merge(object, plain(n.Content[i+1], left))
			}
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := Target(n.Content[i]); key.Tag != "!!merge" {
				object[key.Value] = plain(n.Content[i+1], left)
			}
		}
		return object
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, plain(item, left))
		}
		return list
	}
	if n.Style == 0 && n.ShortTag() == "!!str" && isOldBool(n.Value) {
		return isOldTrue(n.Value) // as kubectl has it
	}
	switch n.ShortTag() {
	case "!!int", "!!float", "!!bool", "!!null":
		var value any
		if n.Decode(&value) == nil {
			return value
		}
	}
	return n.Value
}

// merge adds what "<<" brings: a map, or a list of maps of which the first
// counts.
func merge(object map[string]any, from any) {
	switch from := from.(type) {
	case map[string]any:
		for key, value := range from {
			if _, there := object[key]; !there {
				object[key] = value
			}
		}
	case []any:
		for _, one := range from {
			merge(object, one)
		}
	}
}
