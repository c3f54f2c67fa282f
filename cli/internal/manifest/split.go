package manifest

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/lang"
)

// splitYAML returns the parts of a text that "---" at the beginning of a line
// separates, each with the "---" before it. Comments and directives before the
// first one belong to it.
func splitYAML(text string) []lang.Span {
	var parts []lang.Span
	start, begun := 0, false
	for at := 0; at < len(text); {
		end := len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			end = at + n + 1
		}
		line := strings.TrimRight(text[at:end], " \t\r\n")
		switch {
		case line == "---" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "---\t"):
			if begun {
				parts = append(parts, lang.Span{Start: start, End: at})
				start = at
			}
			begun = true
		case line != "" && line[0] != '#' && line[0] != '%':
			begun = true
		}
		at = end
	}
	return append(parts, lang.Span{Start: start, End: len(text)})
}

// readJSON reads JSON values one after another, nil if text is anything else.
// Its nodes have line 0 and their offset in the text as column: JSON that was
// not written for people has everything in one line.
func readJSON(text string) []*document {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return nil
	}
	r := &jsonReader{decoder: json.NewDecoder(strings.NewReader(text)), text: text}
	r.decoder.UseNumber()
	var docs []*document
	for {
		root, err := r.value()
		switch {
		case errors.Is(err, io.EOF) && r.depth == 0:
			return docs
		case err != nil:
			return nil
		}
		wrapped := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}}
		docs = append(docs, &document{Number: len(docs) + 1, root: wrapped, text: text, json: true})
	}
}

// jsonReader builds the nodes of YAML from JSON, which the YAML library does
// not read whole: it knows neither \/ nor characters of two escapes.
type jsonReader struct {
	decoder *json.Decoder
	text    string
	depth   int
}

// maxDepth is how deep JSON may be nested, as with the YAML library.
const maxDepth = 10_000

func (r *jsonReader) value() (*yaml.Node, error) {
	at := int(r.decoder.InputOffset())
	at += len(r.text[at:]) - len(strings.TrimLeft(r.text[at:], " \t\r\n,:"))
	token, err := r.decoder.Token()
	if err != nil {
		return nil, err
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Column: at}
	switch t := token.(type) {
	case json.Delim:
		n.Kind = yaml.SequenceNode
		if t == '{' {
			n.Kind = yaml.MappingNode
		}
		if r.depth++; r.depth > maxDepth {
			return nil, errors.New("nested too deep")
		}
		for r.decoder.More() {
			inside, err := r.value() // a key, a value or an item
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, inside)
		}
		r.depth--
		_, err = r.decoder.Token()
		return n, err
	case string:
		n.Style, n.Tag, n.Value = yaml.DoubleQuotedStyle, "!!str", t
	case json.Number:
		n.Tag, n.Value = "!!float", t.String()
	case bool:
		n.Tag, n.Value = "!!bool", "false"
		if t {
			n.Value = "true"
		}
	default:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, nil
}
