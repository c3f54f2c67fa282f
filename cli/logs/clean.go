package logs

import (
	"bytes"
	"regexp"
	"unicode/utf8"

	"depctl.dev/cli/picture"
)

// sequence matches what sets colours, or moves the cursor. Programs print colours into
// logs, and their text is readable without.
var sequence = regexp.MustCompile("\x1b\\[[0-?]*[ -/]*[@-~]")

// longestSequence is how long the beginning of a sequence may be at the end of a piece.
const longestSequence = 64

// clean makes what a pod has printed safe for a terminal. A piece may end within a sign,
// or within a sequence; what begins there is kept for the next one.
type clean struct{ rest []byte }

// text returns the piece as it may be shown; last says that the line ends with it.
func (c *clean) text(piece []byte, last bool) []byte {
	if len(c.rest) > 0 {
		piece = append(c.rest, piece...)
		c.rest = nil
	}
	if last {
		piece = bytes.TrimSuffix(piece, []byte("\r"))
	} else if at := unfinished(piece); at < len(piece) {
		c.rest = bytes.Clone(piece[at:])
		piece = piece[:at]
	}
	if isPlain(piece) {
		return piece
	}
	var shown []byte
	for i, part := range bytes.Split(sequence.ReplaceAll(piece, nil), []byte("\t")) {
		if i > 0 {
			shown = append(shown, '\t')
		}
		shown = append(shown, picture.Clean(string(part))...)
	}
	return shown
}

// unfinished returns where a sequence, a sign or an end of a line begins that the piece does not end.
func unfinished(piece []byte) int {
	from := max(0, len(piece)-longestSequence)
	if at := bytes.LastIndexByte(piece[from:], '\x1b'); at >= 0 && !sequence.Match(piece[from+at:]) {
		return from + at
	}
	if bytes.HasSuffix(piece, []byte("\r")) {
		return len(piece) - 1
	}
	for at := len(piece) - 1; at >= max(0, len(piece)-utf8.UTFMax+1); at-- {
		if utf8.RuneStart(piece[at]) {
			if !utf8.FullRune(piece[at:]) {
				return at
			}
			break
		}
	}
	return len(piece)
}

// isPlain reports whether text is of printable ASCII alone, as most is.
func isPlain(text []byte) bool {
	for _, b := range text {
		if (b < ' ' && b != '\t') || b > '~' {
			return false
		}
	}
	return true
}
