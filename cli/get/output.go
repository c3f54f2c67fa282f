package get

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/printers"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/cli/reference"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// format prints a list.
type format interface {
	print(io.Writer, list) error
	// forPeople says that an empty list is better said in words.
	forPeople() bool
}

// list is what is printed.
type list struct {
	listing.List
	// one says that a single object was asked for, by its name.
	one bool
}

func (o *getOptions) listOf(q *snapshot.Inquiry, rows []listing.Row) list {
	names := o.selection.Names
	return list{
		List: listing.List{Rows: rows, Now: q.Now, Expected: func(ref lang.Ref) time.Time {
			if q.Jobs[ref].Outcome() != lang.Undecided {
				return time.Time{}
			}
			return q.Expect(ref).End
		}},
		one: len(names) == 1 && !reference.IsPattern(names[0].Name) && len(rows) == 1,
	}
}

// table prints rows for people.
type table struct{ listing.Table }

func (t *table) forPeople() bool { return true }

func (t *table) print(w io.Writer, l list) error {
	out := bufio.NewWriter(w)
	command.PrintCells(out, t.Cells(l.List), 0)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the Jobs: %w", err)
	}
	return nil
}

func (o *getOptions) newFormat() (format, error) {
	name, argument, _ := strings.Cut(o.output, "=")
	switch name {
	case "":
		return &table{listing.Table{NoHeaders: o.noHeaders}}, nil
	case command.OutputWide:
		return &table{listing.Table{NoHeaders: o.noHeaders, Wide: true}}, nil
	case "name":
		return names{}, nil
	case command.OutputJSON:
		return structured(command.WriteJSON), nil
	case command.OutputYAML:
		if o.watch {
			return nil, command.UsageErrorf("--watch prints text or one JSON object after the other, not YAML")
		}
		return structured(command.WriteYAML), nil
	case "jsonpath", "jsonpath-file":
		return newPath(name, argument)
	case "custom-columns", "custom-columns-file":
		return newColumns(name, argument, o.noHeaders)
	case "go-template", "go-template-file", "template", "templatefile":
		// The linker keeps every method of every type where templates may call them by their
		// names: depctl would be half as large again.
		return nil, command.UsageErrorf("-o %s is left out, for it would make depctl half as large again: use -o jsonpath, -o custom-columns, or -o json with jq", name)
	}
	return nil, command.UnknownOutput(o.output, "wide", "json", "yaml", "name", "jsonpath", "jsonpath-file", "custom-columns", "custom-columns-file")
}

// newPath returns what prints by a JSONPath, as kubectl does.
func newPath(name, text string) (format, error) {
	if name == "jsonpath-file" {
		read, err := os.ReadFile(text)
		if err != nil {
			return nil, fmt.Errorf("-o jsonpath-file: %w", err)
		}
		text = string(read)
	}
	if text == "" {
		return nil, command.UsageErrorf("jsonpath needs a template, as in -o jsonpath='{.items[*].name}'")
	}
	printer, err := printers.NewJSONPathPrinter(text)
	if err != nil {
		return nil, command.UsageErrorf("-o %s: %v", name, err)
	}
	printer.AllowMissingKeys(true)
	return templated{printer}, nil
}

// value returns a list as programs get it: an object with items, or what alone was asked for.
func (l list) value() any {
	items := make([]item, len(l.Rows))
	for i, r := range l.Rows {
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
	for _, r := range l.Rows {
		of, _ := kind.Of(r.Ref.Kind)
		fmt.Fprintln(out, strings.TrimSuffix(of.Name+"."+gate.ResourceOf(of).Group, ".")+"/"+r.Job.Name)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the names: %w", err)
	}
	return nil
}
