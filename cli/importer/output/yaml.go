package output

import (
	"encoding/json"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/yaml"
)

// Manifest is an object as text.
type Manifest struct {
	// Kind and Name are those of the object.
	Kind, Name string
	Text       string
}

// YAML returns the manifests, each with a comment that says what it was.
func (o *Output) YAML() ([]Manifest, error) {
	all := make([]Manifest, 0, len(o.Objects))
	for _, object := range o.Objects {
		text, err := json.Marshal(object.Object)
		if err != nil {
			return nil, fmt.Errorf("%s: writing %s: %w", object.Place, object.Part, err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			return nil, fmt.Errorf("%s: writing %s: %w", object.Place, object.Part, err)
		}
		delete(fields, "status")
		prune(fields)
		body, err := marshal(fields)
		if err != nil {
			return nil, fmt.Errorf("%s: writing %s: %w", object.Place, object.Part, err)
		}
		accessor, err := meta.Accessor(object.Object)
		if err != nil {
			return nil, fmt.Errorf("%s: writing %s: %w", object.Place, object.Part, err)
		}
		comment := Printable(object.Part)
		if object.File != "" {
			comment += " (" + Printable(object.Place.String()) + ")"
		}
		kind, _ := fields["kind"].(string)
		all = append(all, Manifest{
			Kind: strings.ToLower(kind), Name: accessor.GetName(),
			Text: "# " + comment + "\n" + string(body),
		})
	}
	return all, nil
}

// marshal writes YAML. What YAML takes only as an escape is escaped before: the library reads
// JSON as YAML.
func marshal(fields map[string]any) ([]byte, error) {
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, r := range string(text) {
		if r == 0x7f || r >= 0x80 && r < 0xa0 || r == 0xfeff || r == 0xfffe || r == 0xffff {
			fmt.Fprintf(&b, `\u%04x`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return yaml.JSONToYAML([]byte(b.String()))
}

// prune takes out what the types of Kubernetes write though nobody has said it.
func prune(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			prune(inner)
			empty, isMap := inner.(map[string]any)
			if inner == nil || isMap && len(empty) == 0 && (key == "resources" || key == "metadata" || key == "strategy") {
				delete(v, key)
			}
		}
	case []any:
		for _, inner := range v {
			prune(inner)
		}
	}
}
