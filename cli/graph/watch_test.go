package graph

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFramesAreDrawnInPlaceAndInOneWrite(t *testing.T) {
	var out bytes.Buffer
	s := &frames{out: &out, interactive: true}
	require.NoError(t, s.show("one\ntwo\n", 80, 24))
	out.Reset()
	require.NoError(t, s.show("one\ntwo\n", 80, 24))
	require.Empty(t, out.String(), "what is the same is not drawn again")

	require.NoError(t, s.show("\x1b[31mone\x1b[0m\n", 80, 24))
	require.Equal(t, beginFrame+hideCursor+"\x1b[2A\r\x1b[31mone\x1b[0m"+clearLine+"\n"+clearBelow+endFrame, out.String())

	out.Reset()
	require.NoError(t, s.show(strings.Repeat("line\n", 30), 80, 10))
	require.Equal(t, 9, s.lines, "a frame is never longer than the terminal")
	require.Contains(t, out.String(), "... 22 more lines")
}

func TestFramesInAPipeComeOneAfterTheOther(t *testing.T) {
	var out bytes.Buffer
	s := &frames{out: &out}
	for _, text := range []string{"a\n", "a\n", "b\n"} {
		require.NoError(t, s.show(text, 0, 0))
	}
	require.Equal(t, "a\n\nb\n", out.String())
}
