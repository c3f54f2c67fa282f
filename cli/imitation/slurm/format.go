package slurm

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// column is a field as a format has it: of a width, and with text behind it.
type column struct {
	field
	width  int
	right  bool
	suffix string
}

// format is what -o or --Format says.
type format struct {
	prefix  string
	columns []column
}

// parseFormat reads %i %.10j|%t: a width of 0 takes what there is.
func parseFormat(text string) (format, error) {
	var f format
	before, rest, _ := strings.Cut(text, "%")
	f.prefix = before
	for rest != "" {
		c := column{}
		if rest[0] == '.' {
			c.right, rest = true, rest[1:]
		}
		end := 0
		for end < len(rest) && rest[end] >= '0' && rest[end] <= '9' {
			end++
		}
		c.width, _ = strconv.Atoi(rest[:end]) // "" is 0
		rest = rest[end:]
		if rest == "" {
			return f, said("Invalid job format specification: " + text)
		}
		var err error
		if c.field, err = fieldBy(rest[0], ""); err != nil {
			return f, err
		}
		c.suffix, rest, _ = strings.Cut(rest[1:], "%")
		f.columns = append(f.columns, c)
	}
	if len(f.columns) == 0 {
		return f, said("Format long")
	}
	return f, nil
}

// defaultWidth is that of a field of --Format.
const defaultWidth = 20

// parseLongFormat reads JobArrayID:15,StateCompact:.4,Name.
func parseLongFormat(text string) (format, error) {
	var f format
	for part := range strings.SplitSeq(text, ",") {
		name, how, has := strings.Cut(part, ":")
		c := column{width: defaultWidth}
		if has {
			how, c.right = strings.CutPrefix(how, ".")
			end := 0
			for end < len(how) && how[end] >= '0' && how[end] <= '9' {
				end++
			}
			if end > 0 {
				c.width, _ = strconv.Atoi(how[:end])
			}
			c.suffix = how[end:]
		}
		var err error
		if c.field, err = fieldBy(0, strings.ToLower(strings.TrimSpace(name))); err != nil {
			return f, err
		}
		f.columns = append(f.columns, c)
	}
	return f, nil
}

// fit makes a text as wide as a column; what is longer is cut.
func fit(text string, width int, right bool) string {
	n := utf8.RuneCountInString(text)
	switch {
	case width == 0:
		return text
	case n > width:
		return string([]rune(text)[:width])
	case right:
		return strings.Repeat(" ", width-n) + text
	}
	return text + strings.Repeat(" ", width-n)
}

func (f *format) line(text func(column) string) string {
	var b strings.Builder
	b.WriteString(f.prefix)
	for _, c := range f.columns {
		b.WriteString(fit(text(c), c.width, c.right) + c.suffix)
	}
	return b.String() + "\n"
}

func (f *format) header() string { return f.line(func(c column) string { return c.head }) }

func (f *format) row(r *row) string { return f.line(func(c column) string { return c.of(r) }) }
