package command

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

func TestFramesInAPipeComeOneAfterTheOther(t *testing.T) {
	var out, errOut bytes.Buffer
	r := &Redrawer{Streams: genericiooptions.IOStreams{Out: &out, ErrOut: &errOut}}
	for _, frame := range []struct{ text, notes string }{
		{"a\n", "hidden\n"}, {"a\n", "hidden\naway\n"}, {"b\n", "hidden\n"}, {"b\n", "hidden\naway\n"},
	} {
		require.NoError(t, r.show(frame.text, frame.notes))
	}
	require.Equal(t, "a\n\nb\n", out.String())
	require.Equal(t, "hidden\naway\naway\n", errOut.String(), "a note is written when it is new")
}

func TestObjectsComeWithNothingBetweenThem(t *testing.T) {
	var out bytes.Buffer
	r := &Redrawer{Streams: genericiooptions.IOStreams{Out: &out, ErrOut: &out}, Objects: true}
	for _, text := range []string{"{}\n", "{}\n", "[]\n"} {
		require.NoError(t, r.show(text, ""))
	}
	require.Equal(t, "{}\n[]\n", out.String())
}
