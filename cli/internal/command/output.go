package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"
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
		return UsageErrorf("unknown output format %q, the only one is %q", output, OutputJSON)
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
	return UsageErrorf("unknown output format %q, there are %s", output, strings.Join(known, ", "))
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
