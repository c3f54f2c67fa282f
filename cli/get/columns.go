package get

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/client-go/util/jsonpath"

	"depctl.dev/cli/internal/command"
)

// columns prints the fields that -o custom-columns names.
type columns struct {
	heads     []string
	paths     []*jsonpath.JSONPath
	noHeaders bool
}

func newColumns(name, text string, noHeaders bool) (*columns, error) {
	c := &columns{noHeaders: noHeaders}
	if name == "custom-columns-file" {
		return c, c.read(text)
	}
	if text == "" {
		return nil, command.UsageErrorf("custom-columns needs columns, as in -o custom-columns=JOB:.name,STATE:.state")
	}
	for _, part := range strings.Split(text, ",") {
		head, path, found := strings.Cut(part, ":")
		if !found {
			return nil, command.UsageErrorf("custom-columns: %q is no column: write HEAD:FIELD, as in STATE:.state", part)
		}
		if err := c.add(head, path); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// read reads the heads and the fields from the two lines of a file, as kubectl does.
func (c *columns) read(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("custom-columns-file: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 2 {
		return command.UsageErrorf("custom-columns-file: %s has %s, it must have one of heads and one of fields", file, command.Count(len(lines), "line"))
	}
	heads, fields := strings.Fields(lines[0]), strings.Fields(lines[1])
	if len(heads) != len(fields) {
		return command.UsageErrorf("custom-columns-file: %s has %s, and %s", file, command.Count(len(heads), "head"), command.Count(len(fields), "field"))
	}
	for i := range heads {
		if err := c.add(heads[i], fields[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *columns) add(head, field string) error {
	path, err := fieldPath("custom-columns", field)
	if err != nil {
		return err
	}
	c.heads, c.paths = append(c.heads, head), append(c.paths, path)
	return nil
}

// fieldPath reads a field as kubectl does: name, .name or {.name}.
func fieldPath(option, text string) (*jsonpath.JSONPath, error) {
	field := strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	if !strings.HasPrefix(field, ".") {
		field = "." + field
	}
	path := jsonpath.New(option).AllowMissingKeys(true)
	if err := path.Parse("{" + field + "}"); err != nil {
		return nil, command.UsageErrorf("%s: %q is no field: %v", option, text, err)
	}
	return path, nil
}

func (c *columns) forPeople() bool { return true }

func (c *columns) print(w io.Writer, l list) error {
	var rows [][]command.Cell
	if !c.noHeaders {
		var head []command.Cell
		for _, text := range c.heads {
			head = append(head, command.Cell{Text: text})
		}
		rows = append(rows, head)
	}
	for _, r := range l.Rows {
		object, err := generic(itemOf(r))
		if err != nil {
			return err
		}
		var row []command.Cell
		for _, path := range c.paths {
			values, err := valuesOf(path, object)
			if err != nil {
				return err
			}
			if len(values) == 0 {
				values = []string{"<none>"}
			}
			row = append(row, command.Cell{Text: strings.Join(values, ",")})
		}
		rows = append(rows, row)
	}
	out := bufio.NewWriter(w)
	command.PrintCells(out, rows, 0)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the Jobs: %w", err)
	}
	return nil
}

// valuesOf returns the values of a field as text.
func valuesOf(path *jsonpath.JSONPath, object map[string]any) ([]string, error) {
	found, err := path.FindResults(object)
	if err != nil {
		return nil, fmt.Errorf("looking for a field: %w", err)
	}
	var values []string
	for _, results := range found {
		for _, value := range results {
			values = append(values, fmt.Sprint(value.Interface()))
		}
	}
	return values, nil
}
