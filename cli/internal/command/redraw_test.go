package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestFramesAreDrawnInPlaceAndInOneWrite(t *testing.T) {
	var out bytes.Buffer
	r := &Redrawer{Streams: genericiooptions.IOStreams{Out: &out}}
	on := Terminal{Width: 80, Height: 24, Interactive: true}
	require.NoError(t, r.show("one\ntwo\n", "", on))
	out.Reset()
	require.NoError(t, r.show("one\ntwo\n", "", on))
	require.Empty(t, out.String(), "what is the same is not drawn again")

	require.NoError(t, r.show("\x1b[31mone\x1b[0m\n", "", on))
	require.Equal(t, beginFrame+hideCursor+"\x1b[2A\r\x1b[31mone\x1b[0m"+clearLine+"\n"+clearBelow+endFrame, out.String())

	out.Reset()
	require.NoError(t, r.show("one\n", "The API server does not answer\n", on))
	require.Contains(t, out.String(), "one"+clearLine+"\nThe API server does not answer"+clearLine, "notes stand below")

	out.Reset()
	on.Height = 10
	require.NoError(t, r.show(strings.Repeat("line\n", 30), "", on))
	require.Equal(t, 9, r.lines, "a frame is never longer than the terminal")
	require.Contains(t, out.String(), "... 22 more lines")
}

func TestFramesInAPipeComeOneAfterTheOther(t *testing.T) {
	var out, errOut bytes.Buffer
	r := &Redrawer{Streams: genericiooptions.IOStreams{Out: &out, ErrOut: &errOut}}
	for _, frame := range []struct{ text, notes string }{
		{"a\n", "hidden\n"}, {"a\n", "hidden\naway\n"}, {"b\n", "hidden\n"}, {"b\n", "hidden\naway\n"},
	} {
		require.NoError(t, r.show(frame.text, frame.notes, Terminal{}))
	}
	require.Equal(t, "a\n\nb\n", out.String())
	require.Equal(t, "hidden\naway\naway\n", errOut.String(), "a note is written when it is new")
}

func TestObjectsComeOneAfterTheOtherOnATerminalToo(t *testing.T) {
	var out bytes.Buffer
	r := &Redrawer{Streams: genericiooptions.IOStreams{Out: &out, ErrOut: &out}, Objects: true}
	for _, text := range []string{"{}\n", "{}\n", "[]\n"} {
		require.NoError(t, r.show(text, "", Terminal{Interactive: true}))
	}
	require.Equal(t, "{}\n[]\n", out.String())
}
