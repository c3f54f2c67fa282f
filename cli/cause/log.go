package cause

import (
	"regexp"
	"strings"
	"unicode"
)

// MostLines is how many lines of a log are shown, and mostSigns how long one may be.
const (
	MostLines = 5
	mostSigns = 200
)

// escapes are the sequences that drive a terminal: of control (CSI), of the operating
// system (OSC) and the like, and those of two signs.
var escapes = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?|\x1b[ -/]*[0-~]?")

// Tail returns the last lines of a log that say anything, without what drives a terminal.
func Tail(log string) []string {
	var lines []string
	for line := range strings.SplitSeq(escapes.ReplaceAllString(strings.ToValidUTF8(log, "\ufffd"), ""), "\n") {
		line = strings.TrimRight(line, "\r")
		line = line[strings.LastIndexByte(line, '\r')+1:] // a bar of progress is drawn over
		line = strings.Map(func(r rune) rune {
			switch {
			case r == '\t':
				return ' '
			case !unicode.IsPrint(r):
				return -1
			}
			return r
		}, line)
		line = strings.TrimRight(line, " ")
		if signs := []rune(line); len(signs) > mostSigns {
			line = string(signs[:mostSigns]) + "..."
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(len(lines)-MostLines, 0):]
}
