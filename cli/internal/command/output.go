package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"

	"depctl.dev/lang"
)

// OutputJSON is the only value of --output so far; no value means text.
const OutputJSON = "json"

// AddOutputFlag adds -o for a command that knows only json.
func AddOutputFlag(flags *pflag.FlagSet, output *string) {
	flags.StringVarP(output, "output", "o", "", "Output format: json.")
}

// ValidateOutput returns a UsageError for a format that is not json.
func ValidateOutput(output string) error {
	if output != "" && output != OutputJSON {
		return UnknownOutput(output, OutputJSON)
	}
	return nil
}

// WriteJSON writes value as kubectl writes JSON: indented by four spaces.
func WriteJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// List returns what a command prints for programs that tells of several things: an object
// with items, or, as kubectl has it, what alone was asked for by its name.
func List[T any](items []T, named bool) any {
	if named && len(items) == 1 {
		return items[0]
	}
	if items == nil {
		items = []T{}
	}
	return struct {
		Items []T `json:"items"`
	}{items}
}

// Gap is how many columns stand between two cells, as with kubectl.
const Gap = 3

// OutputYAML is the value of --output for YAML, and outputWide for more columns.
const (
	OutputYAML = "yaml"
	OutputWide = "wide"
)

// ValidateOutputs returns a UsageError for a format that is not known.
func ValidateOutputs(output string, known ...string) error {
	for _, k := range known {
		if output == k || output == "" {
			return nil
		}
	}
	return UnknownOutput(output, known...)
}

// UnknownOutput is the UsageError for a format that is none of those known.
func UnknownOutput(output string, known ...string) error {
	if near := lang.Nearest(output, known); near != "" {
		return UsageErrorf("unknown output format %q, did you mean %q? It is one of: %s", output, near, strings.Join(known, ", "))
	}
	return UsageErrorf("unknown output format %q, it is one of: %s", output, strings.Join(known, ", "))
}

// WriteYAML writes a value as YAML, by its JSON.
func WriteYAML(w io.Writer, value any) error {
	text, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding YAML: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	return nil
}
