package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

const made = "# Made by make chart, as are values.schema.json and docs/reference/chart.md, from deploy/chart/generator/value.go.\n"

// valuesFile returns values.yaml.
func valuesFile(all []value) ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for _, v := range all {
		at := root
		path := strings.Split(v.path, ".")
		for _, key := range path[:len(path)-1] {
			below := field(at, key)
			if below == nil {
				below = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
				put(at, key, below)
			}
			at = below
		}
		preset := clone(v.preset)
		if len(preset.Content) == 0 && preset.Kind != yaml.ScalarNode {
			preset.Style = yaml.FlowStyle
		}
		if preset.Kind == yaml.ScalarNode && preset.ShortTag() == "!!str" && preset.Value == "" {
			preset.Style = yaml.DoubleQuotedStyle
		}
		put(at, path[len(path)-1], preset)
		at.Content[len(at.Content)-2].HeadComment = "# " + v.says
	}
	b := bytes.NewBufferString(made)
	encoder := yaml.NewEncoder(b)
	encoder.SetIndent(2)
	err := encoder.Encode(root)
	return b.Bytes(), err
}

// schemaFile returns values.schema.json: it refuses what no template reads.
func schemaFile(all []value) ([]byte, error) {
	root := closed()
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Values of the chart depctl"
	root["properties"].(schema)["global"] = object // Helm gives it to every chart that another one has
	for _, v := range all {
		at := root
		path := strings.Split(v.path, ".")
		for _, key := range path[:len(path)-1] {
			below, there := at["properties"].(schema)[key].(schema)
			if !there {
				below = closed()
				at["properties"].(schema)[key] = below
			}
			at = below
		}
		leaf := schema{"description": v.says}
		for k, part := range v.allows {
			leaf[k] = part
		}
		at["properties"].(schema)[path[len(path)-1]] = leaf
	}
	text, err := json.MarshalIndent(root, "", "  ")
	return append(text, '\n'), err
}

func closed() schema {
	return schema{"type": "object", "additionalProperties": false, "properties": schema{}}
}

// pageBegin and pageEnd are what the table stands between in docs/reference/chart.md.
const (
	pageBegin = "<!-- values -->\n"
	pageEnd   = "<!-- /values -->"
)

// page returns docs/reference/chart.md with the table of values in it.
func page(old []byte, all []value) ([]byte, error) {
	before, rest, found := strings.Cut(string(old), pageBegin)
	_, after, ended := strings.Cut(rest, pageEnd)
	if !found || !ended {
		return nil, fmt.Errorf("docs/reference/chart.md has no %s and %s", strings.TrimSpace(pageBegin), pageEnd)
	}
	var b strings.Builder
	b.WriteString("| value | default | |\n|---|---|---|\n")
	for _, v := range all {
		preset, err := v.short()
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", v.path, preset, v.says)
	}
	return []byte(before + pageBegin + b.String() + pageEnd + after), nil
}

// short returns the default in one line.
func (v value) short() (string, error) {
	if v.preset.Kind == yaml.ScalarNode {
		if v.preset.Value == "" {
			return "", nil
		}
		return "`" + v.preset.Value + "`", nil
	}
	var decoded any
	if err := v.preset.Decode(&decoded); err != nil {
		return "", err
	}
	line, err := json.Marshal(decoded)
	if err != nil {
		return "", err
	}
	return "`" + string(line) + "`", nil
}
