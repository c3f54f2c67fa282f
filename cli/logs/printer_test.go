package logs

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNothingThatDrivesATerminalIsShownOnOne(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"plain text":                      {"a b\tc", "a b\tc"},
		"signs beyond ASCII":              {"größer ✓ 日本", "größer ✓ 日本"},
		"colours":                         {"\x1b[1;31mred\x1b[0m and \x1b[38:5:9mmore", "red and more"},
		"a cursor that moves":             {"\x1b[2J\x1b[1;1Hgone\x1b[K", "gone"},
		"a title":                         {"\x1b]0;owned\x07", "?]0;owned?"},
		"a title with its other end":      {"\x1b]0;owned\x1b\\", "?]0;owned?\\"},
		"a reset":                         {"\x1bc", "?c"},
		"a sequence of one byte":          {"\u009b2J", "?2J"},
		"a line that is overwritten":      {"10%\r20%", "10%?20%"},
		"an end of a line as of Windows":  {"text\r", "text"},
		"bytes that are no text":          {"\xff\xfe", "\ufffd\ufffd"},
		"text from the right to the left": {"\u202eabc", "?abc"},
		"a sequence without an end":       {"a\x1b[31", "a?[31"},
		"a bell":                          {"a\ab\bc", "a?b?c"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, string(new(clean).text([]byte(test.text), true)))
			for at := range len(test.text) + 1 {
				var c clean
				first := string(c.text([]byte(test.text[:at]), false))
				require.Equal(t, test.want, first+string(c.text([]byte(test.text[at:]), true)), "in two pieces, at %d", at)
			}
		})
	}
}

func TestLogsComeAsTheyAreWhereNoTerminalIs(t *testing.T) {
	var got bytes.Buffer
	p := newPrinter(&got, false, 0)
	w := p.writer("")
	require.NoError(t, w.write([]byte("\x1b[31mred\r\xff"), true, true))
	require.Equal(t, "\x1b[31mred\r\xff\n", got.String())
}

func TestALineIsShownAsSoonAsNoMoreIsThere(t *testing.T) {
	var got bytes.Buffer
	p := newPrinter(&got, false, longestLine)
	w := p.writer("a | ")
	require.NoError(t, w.write([]byte("one"), true, false))
	require.Empty(t, got.String())
	require.NoError(t, w.write([]byte("two"), true, true))
	require.Equal(t, "a | one\na | two\n", got.String())
}

func TestALineWithoutEndIsEndedWhereAnotherFollows(t *testing.T) {
	var got bytes.Buffer
	p := newPrinter(&got, false, 10)
	a, b := p.writer("a | "), p.writer("b | ")
	require.NoError(t, a.write([]byte(strings.Repeat("x", 12)), false, true))
	require.NoError(t, b.write([]byte("between"), true, true))
	require.NoError(t, a.write([]byte("yy"), false, true))
	require.NoError(t, a.close())
	require.NoError(t, b.close())
	require.Equal(t, "a | xxxxxxxxxxxx\nb | between\na | yy\n", got.String())
}

func TestAnOutputThatNobodyReadsEndsIt(t *testing.T) {
	p := newPrinter(closedPipe{}, false, 0)
	var nobody *broken
	require.ErrorAs(t, p.writer("").write([]byte("a"), true, true), &nobody)
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }
