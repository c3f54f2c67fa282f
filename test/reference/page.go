package main

import (
	"fmt"
	"strings"
)

// page is a page of the documentation with one part that is made from the code,
// between two comments. The rest of it is written by hand.
type page struct {
	file string
	make func(root string) (string, error)
}

var pages = []page{
	{"docs/reference/cli.md", commandPage},
	{"docs/reference/annotations.md", keyTable},
	{"docs/reference/events.md", reasonTable},
	{"docs/reference/metrics.md", metricTable},
	{"docs/reference/kinds.md", kindTable},
	{"docs/reference/json.md", jsonPage},
}

const (
	begin = "<!-- made from the code by go generate ./test/reference -->\n"
	end   = "<!-- end of what is made from the code -->\n"
)

// fill returns the text of the page with its part made anew.
func (p page) fill(root, text string) (string, error) {
	before, rest, ok := strings.Cut(text, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("no part between %q and %q", strings.TrimSpace(begin), strings.TrimSpace(end))
	}
	made, err := p.make(root)
	if err != nil {
		return "", err
	}
	return before + begin + made + end + after, nil
}

// row returns one line of a table.
func row(cells ...string) string {
	for i, cell := range cells {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
