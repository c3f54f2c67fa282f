package command

import (
	"io"
	"os"
	"runtime"
	"strings"

	"golang.org/x/term"

	"depctl.dev/cli/picture"
)

// Terminal says what the place that is drawn on can show.
type Terminal struct {
	// Width is in columns, height in lines; 0 means that nothing needs to be cut.
	Width, Height int
	Colour        bool
	// Interactive says that somebody looks at it.
	Interactive bool
	// Dumb says that nothing can be drawn over there.
	Dumb   bool
	Glyphs picture.Glyphs
}

// DetectTerminal looks at where the output goes, and at the environment.
func DetectTerminal(out io.Writer, lookup func(string) (string, bool)) Terminal {
	t := Terminal{Glyphs: picture.Unicode()}
	if !isUTF8(runtime.GOOS, lookup) {
		t.Glyphs = picture.ASCII()
	}
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return t
	}
	t.Interactive = true
	_, noColour := lookup("NO_COLOR")
	kind, _ := lookup("TERM")
	t.Dumb = kind == "dumb"
	t.Colour = !noColour && !t.Dumb
	if width, height, err := term.GetSize(int(file.Fd())); err == nil {
		t.Width, t.Height = width, height
	}
	return t
}

// isUTF8 reports whether the locale's signs are UTF-8, by the variable that
// counts in POSIX: the first that is set and not empty. Windows has none, and
// its terminals show UTF-8.
func isUTF8(system string, lookup func(string) (string, bool)) bool {
	for _, variable := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale, _ := lookup(variable); locale != "" {
			locale = strings.ToLower(locale)
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return system == "windows"
}

// IsTerminal reports whether somebody sits in front of it.
func IsTerminal(in io.Reader) bool {
	file, ok := in.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
