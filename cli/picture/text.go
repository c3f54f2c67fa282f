package picture

import (
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Clean returns text without signs that could drive a terminal: annotations and
// names in files are written by others. Line breaks stay.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r != '\n' && !unicode.IsPrint(r):
			return '?'
		}
		return r
	}, text)
}

// OneLine returns clean text with every run of white space made one space.
func OneLine(text string) string {
	return Clean(strings.Join(strings.Fields(text), " "))
}

// Width returns how many columns a terminal takes for text.
func Width(text string) int {
	columns := 0
	for _, r := range text {
		columns += columnsOf(r)
	}
	return columns
}

func columnsOf(r rune) int {
	if r < 0x300 {
		return 1
	}
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Cut shortens text to a number of columns.
func Cut(text string, room int, ellipsis string) string {
	if Width(text) <= room {
		return text
	}
	room -= Width(ellipsis)
	var b strings.Builder
	for _, r := range text {
		if room -= columnsOf(r); room < 0 {
			break
		}
		b.WriteRune(r)
	}
	return b.String() + ellipsis
}

// Pad fills up what is shown to a column's width. Colours have none: plain is the
// text without them.
func Pad(shown, plain string, column int) string {
	return shown + strings.Repeat(" ", max(column-Width(plain), 0))
}
