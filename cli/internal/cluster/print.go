package cluster

import (
	"k8s.io/cli-runtime/pkg/printers"

	"depctl.dev/cli/internal/command"
)

// Printer returns what prints objects as json or yaml, without managed fields, and nil for any
// other format. One prints all objects of a command: it separates the documents.
func Printer(output string) printers.ResourcePrinter {
	switch output {
	case command.OutputJSON:
		return &printers.OmitManagedFieldsPrinter{Delegate: &printers.JSONPrinter{}}
	case command.OutputYAML:
		return &printers.OmitManagedFieldsPrinter{Delegate: &printers.YAMLPrinter{}}
	}
	return nil
}
