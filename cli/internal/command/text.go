package command

import (
	"fmt"
	"strings"
)

// HelpWidth is the width of help texts: that of a small terminal.
const HelpWidth = 80

// Wrap breaks a text into lines at white space.
func Wrap(text string, width int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// WrapWidth returns how many columns a text may take; a pipe has very many.
func WrapWidth(t Terminal) int {
	if t.Width == 0 {
		return 1 << 20
	}
	return max(t.Width, 20)
}

// Count returns a number with its noun.
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
