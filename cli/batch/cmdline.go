package batch

import (
	"slices"
	"strings"
)

// Line is a command line in the words of a system.
type Line struct {
	Given []Given
	// Rest is what follows the options: a script or a command, and its arguments.
	Rest []string
}

// Given is an option of a command line.
type Given struct {
	// Name is the first that the manual has for it; of one that is not known, the word.
	Name string
	// Values are what it was given, and Words how it was written.
	Values, Words []string
	Known         bool
}

// ParseLine takes the options from the beginning of a command line, as getopt does. What
// is wrong with them is said by Compile.
func ParseLine(dialect string, args []string) Line {
	d := dialects().named(dialect)
	var l Line
	for len(args) > 0 {
		word := args[0]
		if word == "--" {
			l.Rest = args[1:]
			return l
		}
		f := find(d, word)
		if f.option == nil && (len(word) < 2 || word[0] != '-') {
			break
		}
		args = args[1:]
		g := Given{Name: f.name, Values: f.given, Words: []string{word}}
		if o := f.option; o != nil {
			g.Known, g.Name = true, o.Spellings()[0]
			if o.Values == 0 && f.joined { // letters that stand together, as -QH
				g.Values, g.Words = nil, []string{f.name}
				args = append([]string{"-" + f.given[0]}, args...)
			}
			for len(args) > 0 && (len(g.Values) < o.Values || o.More != nil && o.More(g.Values, args[0])) {
				g.Values, g.Words = append(g.Values, args[0]), append(g.Words, args[0])
				args = args[1:]
			}
		}
		l.Given = append(l.Given, g)
	}
	l.Rest = args
	return l
}

// Without returns the options but those of these names, for Compile.
func (l *Line) Without(dialect string, names ...string) []Option {
	var options []Option
	for _, g := range l.Given {
		if !slices.Contains(names, g.Name) {
			options = append(options, Option{Dialect: dialect, Words: g.Words})
		}
	}
	return options
}

// Has reports whether an option was given, by the first name that the manual has.
func (l *Line) Has(name string) bool {
	_, has := l.Value(name)
	return has
}

// Value returns the last value that an option was given, and whether it was given.
func (l *Line) Value(name string) (value string, has bool) {
	for _, g := range l.Given {
		if g.Name == name {
			value, has = strings.Join(g.Values, " "), true
		}
	}
	return value, has
}
