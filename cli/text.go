package cli

import (
	"fmt"
	"strings"
)

// helpWidth is the width of help texts: that of a small terminal.
const helpWidth = 80

// wrap breaks a text into lines at white space.
func wrap(text string, width int) []string {
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

func wrapWidth(t terminal) int {
	if t.width == 0 {
		return 1 << 20
	}
	return max(t.width, 20)
}

// count returns a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
