package main

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// variant is what an object, or a part of one, is under a condition.
type variant struct {
	condition string
	node      *yaml.Node
}

// merger makes one template of an object from its variants. It knows what components do today: they add keys and
// items, and replace values. What removes something is an error, so that nobody takes the chart for whole.
type merger struct{ *template }

// merge returns base, and within it what differs under the condition of a variant.
func (m merger) merge(path string, base *yaml.Node, variants []variant) (*yaml.Node, error) {
	variants = differing(base, variants)
	if len(variants) == 0 {
		return clone(base), nil
	}
	for _, v := range variants {
		if v.node.Kind != base.Kind {
			return nil, fmt.Errorf("%s is of another kind with %s", path, v.condition)
		}
	}
	switch base.Kind {
	case yaml.MappingNode:
		return m.mapping(path, base, variants)
	case yaml.SequenceNode:
		return m.sequence(path, base, variants)
	}
	return nil, fmt.Errorf("%s: a value that is no field of a mapping differs", path)
}

func differing(base *yaml.Node, variants []variant) (differ []variant) {
	for _, v := range variants {
		if !same(base, v.node) {
			differ = append(differ, v)
		}
	}
	return differ
}

func (m merger) mapping(path string, base *yaml.Node, variants []variant) (*yaml.Node, error) {
	merged := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	late := &yaml.Node{Kind: yaml.MappingNode} // a line of code cannot be the first of an item of a list
	for i := 0; i < len(base.Content); i += 2 {
		key, value := base.Content[i], base.Content[i+1]
		below := path + "." + key.Value
		var of []variant
		for _, v := range variants {
			there := field(v.node, key.Value)
			if there == nil {
				return nil, fmt.Errorf("%s is not there with %s", below, v.condition)
			}
			of = append(of, variant{v.condition, there})
		}
		if of = differing(value, of); value.Kind == yaml.ScalarNode && len(of) > 0 {
			m.either(late, key, value, of)
			continue
		}
		child, err := m.merge(below, value, of)
		if err != nil {
			return nil, err
		}
		merged.Content = append(merged.Content, clone(key), child)
	}
	merged.Content = append(merged.Content, late.Content...)
	for _, v := range variants {
		for i := 0; i < len(v.node.Content); i += 2 {
			if key := v.node.Content[i]; field(base, key.Value) == nil {
				m.line(merged, "{{- if "+v.condition+" }}")
				merged.Content = append(merged.Content, clone(key), clone(v.node.Content[i+1]))
				m.line(merged, "{{- end }}")
			}
		}
	}
	return merged, nil
}

// either adds a field that has one of several values.
func (m merger) either(merged, key, value *yaml.Node, of []variant) {
	word := "if"
	for _, v := range of {
		m.line(merged, "{{- "+word+" "+v.condition+" }}")
		merged.Content = append(merged.Content, clone(key), clone(v.node))
		word = "else if"
	}
	m.line(merged, "{{- else }}")
	merged.Content = append(merged.Content, clone(key), clone(value))
	m.line(merged, "{{- end }}")
}

func (m merger) sequence(path string, base *yaml.Node, variants []variant) (*yaml.Node, error) {
	merged := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	extra := func(v variant, items []*yaml.Node) {
		if len(items) == 0 {
			return
		}
		m.line(merged, "{{- if "+v.condition+" }}")
		for _, item := range items {
			merged.Content = append(merged.Content, clone(item))
		}
		m.line(merged, "{{- end }}")
	}
	next := make([]int, len(variants)) // the first item of each variant that is not in merged yet
	for n, item := range base.Content {
		below := fmt.Sprintf("%s[%d]", path, n)
		var of []variant
		for i, v := range variants {
			at := next[i]
			for at < len(v.node.Content) && !isItem(item, v.node.Content[at]) {
				at++
			}
			if at == len(v.node.Content) {
				return nil, fmt.Errorf("%s is not there with %s", below, v.condition)
			}
			extra(v, v.node.Content[next[i]:at])
			of = append(of, variant{v.condition, v.node.Content[at]})
			next[i] = at + 1
		}
		child, err := m.merge(below, item, of)
		if err != nil {
			return nil, err
		}
		merged.Content = append(merged.Content, child)
	}
	for i, v := range variants {
		extra(v, v.node.Content[next[i]:])
	}
	return merged, nil
}

// isItem reports whether two items of a list are the same thing: by their name, if they have one.
func isItem(a, b *yaml.Node) bool {
	if name, other := field(a, "name"), field(b, "name"); name != nil && other != nil {
		return name.Value == other.Value
	}
	return same(a, b)
}

// existence returns the condition under which an object is there, empty for always.
func existence(key string, all []scenario) (string, error) {
	var base [2]bool // by policies, and by webhooks
	var with []string
	there := map[string][2]bool{}
	for _, s := range all {
		at := 0
		if !s.policies {
			at = 1
		}
		_, has := s.by[key]
		switch {
		case s.on == "":
			base[at] = has
		case has && !base[at]:
			found := there[s.on]
			if found == [2]bool{} {
				with = append(with, s.on)
			}
			found[at] = true
			there[s.on] = found
		}
	}
	switch {
	case base == [2]bool{true, true}:
		return "", nil
	case base[0]:
		return "$on.policies", nil
	case base[1] && len(with) == 1 && with[0] == served:
		return "$on.served", nil
	case base[1] && len(with) == 0:
		return "$on.webhooks", nil
	case len(with) != 1:
		return "", fmt.Errorf("%s comes with several components: %s", key, strings.Join(with, ", "))
	}
	condition := "$on." + with[0]
	if only := there[with[0]]; !only[1] && isForBoth(with[0]) {
		condition = "and " + condition + " $on.policies"
	} else if !only[0] {
		condition = "and " + condition + " $on.webhooks"
	}
	return condition, nil
}

// isForBoth reports whether a component can be with policies and with webhooks.
func isForBoth(on string) bool {
	for _, c := range components {
		if c.on == on {
			return c.policies != "" && c.webhooks != ""
		}
	}
	return false
}

// mergeAll returns the template of an object, from all scenarios that have it. What components change beside
// deploy/webhook they are taken to change alike beside deploy/base, but for the webhooks themselves.
func (m merger) mergeAll(key string, all []scenario) (*yaml.Node, error) {
	var base *yaml.Node
	var variants []variant
	for _, s := range all {
		here := s.by[key]
		switch {
		case here == nil:
		case base == nil:
			base = here
		case s.on != "" && (s.policies || strings.HasPrefix(key, "MutatingWebhookConfiguration ")):
			variants = append(variants, variant{"$on." + s.on, here})
		}
	}
	return m.merge(key, base, variants)
}
