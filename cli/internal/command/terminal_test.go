package command

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"depctl.dev/cli/picture"
)

func lookupIn(env map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}
}

func TestIsUTF8(t *testing.T) {
	tests := map[string]struct {
		system string
		env    map[string]string
		want   bool
	}{
		"no locale at all is C":                {"linux", nil, false},
		"C is ASCII":                           {"linux", map[string]string{"LANG": "C"}, false},
		"C.UTF-8 is UTF-8":                     {"linux", map[string]string{"LANG": "C.UTF-8"}, true},
		"another spelling counts":              {"linux", map[string]string{"LANG": "de_DE.utf8"}, true},
		"Latin-1 is not UTF-8":                 {"linux", map[string]string{"LANG": "de_DE.ISO-8859-1"}, false},
		"LC_ALL comes before the others":       {"linux", map[string]string{"LC_ALL": "C", "LANG": "C.UTF-8"}, false},
		"LC_CTYPE comes before LANG":           {"linux", map[string]string{"LC_CTYPE": "C.UTF-8", "LANG": "C"}, true},
		"an empty variable does not count":     {"linux", map[string]string{"LC_ALL": "", "LANG": "C.UTF-8"}, true},
		"Windows shows UTF-8 without a locale": {"windows", nil, true},
		"a locale counts on Windows too":       {"windows", map[string]string{"LANG": "C"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, isUTF8(test.system, lookupIn(test.env)))
		})
	}
}

func TestWhatIsNotATerminalHasNoWidthAndNoColour(t *testing.T) {
	got := DetectTerminal(&bytes.Buffer{}, lookupIn(map[string]string{"LANG": "C.UTF-8"}))
	require.Zero(t, got.Width)
	require.False(t, got.Colour)
	require.Equal(t, picture.Unicode().Fork, got.Glyphs.Fork)
}
