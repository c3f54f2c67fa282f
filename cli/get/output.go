package get

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

// format prints a list.
type format interface {
	print(io.Writer, list) error
	// forPeople says that an empty list is better said in words.
	forPeople() bool
}

func (o *getOptions) newFormat() (format, error) {
	name, argument, _ := strings.Cut(o.output, "=")
	switch name {
	case "":
		if *o.template.TemplateArgument != "" {
			return o.templated("go-template")
		}
		return &table{noHeaders: o.noHeaders}, nil
	case command.OutputWide:
		return &table{noHeaders: o.noHeaders, wide: true}, nil
	case "name":
		return names{}, nil
	case command.OutputJSON:
		return structured(command.WriteJSON), nil
	case command.OutputYAML:
		if o.watch {
			return nil, command.UsageErrorf("--watch prints text or one JSON object after the other, not YAML")
		}
		return structured(command.WriteYAML), nil
	case "custom-columns", "custom-columns-file":
		return newColumns(name, argument, o.noHeaders)
	}
	return o.templated(o.output)
}

func (o *getOptions) templated(output string) (format, error) {
	for _, known := range o.template.AllowedFormats() {
		if name, _, _ := strings.Cut(output, "="); name == known {
			printer, err := o.template.ToPrinter(output)
			if err != nil {
				return nil, command.UsageErrorf("-o %s: %v", output, err)
			}
			return templated{printer}, nil
		}
	}
	return nil, command.UnknownOutput(output, append([]string{"wide", "json", "yaml", "name", "custom-columns", "custom-columns-file"}, o.template.AllowedFormats()...)...)
}

// value returns a list as programs get it: an object with items, or what alone was asked for.
func (l list) value() any {
	items := make([]item, len(l.rows))
	for i, r := range l.rows {
		items[i] = itemOf(r)
	}
	return command.List(items, l.one)
}

// generic returns a value as templates want it, by its JSON.
func generic(value any) (map[string]any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("encoding a Job: %w", err)
	}
	var object map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&object); err != nil {
		return nil, fmt.Errorf("decoding a Job: %w", err)
	}
	return object, nil
}

// structured prints a value by a function such as command.WriteJSON.
type structured func(io.Writer, any) error

func (s structured) forPeople() bool                 { return false }
func (s structured) print(w io.Writer, l list) error { return s(w, l.value()) }

// templated prints by one of kubectl's printers.
type templated struct{ printer printers.ResourcePrinter }

func (t templated) forPeople() bool { return false }

func (t templated) print(w io.Writer, l list) error {
	object, err := generic(l.value())
	if err != nil {
		return err
	}
	return t.printer.PrintObj(&unstructured.Unstructured{Object: object}, w)
}

// names prints what kubectl takes for a name.
type names struct{}

func (names) forPeople() bool { return false }

func (names) print(w io.Writer, l list) error {
	out := bufio.NewWriter(w)
	for _, r := range l.rows {
		of, _ := kind.Of(r.Ref.Kind)
		fmt.Fprintln(out, strings.TrimSuffix(of.Name+"."+gate.ResourceOf(of).Group, ".")+"/"+r.Job.Name)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the names: %w", err)
	}
	return nil
}
