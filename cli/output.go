package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
	"sigs.k8s.io/yaml"
)

// outputJSON is the only value of --output so far; no value means text.
const outputJSON = "json"

func addOutputFlag(flags *pflag.FlagSet, output *string) {
	flags.StringVarP(output, "output", "o", "", "Output format: json.")
}

func validateOutput(output string) error {
	if output != "" && output != outputJSON {
		return usageErrorf("unknown output format %q, the only one is %q", output, outputJSON)
	}
	return nil
}

// writeJSON writes value as kubectl writes JSON: indented by four spaces.
func writeJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "    ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// gap is how many columns stand between two cells, as with kubectl.
const gap = 3

// outputYAML is the value of --output for YAML, and outputWide for more columns.
const (
	outputYAML = "yaml"
	outputWide = "wide"
)

func validateOutputs(output string, known ...string) error {
	for _, k := range known {
		if output == k || output == "" {
			return nil
		}
	}
	return usageErrorf("unknown output format %q, there are %s", output, strings.Join(known, ", "))
}

func writeYAML(w io.Writer, value any) error {
	text, err := yaml.Marshal(value)
	if err != nil {
		return fmt.Errorf("encoding YAML: %w", err)
	}
	if _, err := w.Write(text); err != nil {
		return fmt.Errorf("writing YAML: %w", err)
	}
	return nil
}
