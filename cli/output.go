package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"
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
