package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"golang.org/x/term"
)

// screen is the terminal, or a file: pictures replace each other on a terminal,
// and follow each other in a file.
type screen struct {
	*os.File
	terminal bool
	started  time.Time
	// last is the last picture without ages, and lines how many it has.
	last  string
	lines int
}

// age is a column that changes every second.
var age = regexp.MustCompile(` +[0-9]+[smhd] *`)

func newScreen(file *os.File) *screen {
	return &screen{File: file, terminal: term.IsTerminal(int(file.Fd()))}
}

// show draws a picture, with the time since the first one above it. One that
// differs from the last only by ages is left out.
func (s *screen) show(picture string) {
	if still := age.ReplaceAllString(picture, " "); still == s.last {
		return
	} else {
		s.last = still
	}
	if s.started.IsZero() {
		s.started = time.Now()
	}
	if s.terminal && s.lines > 0 {
		fmt.Fprintf(s, "\x1b[%dA\x1b[J", s.lines) // up to where the last began, and clear
	}
	text := fmt.Sprintf("after %.1f s\n%s", time.Since(s.started).Seconds(), picture)
	if !s.terminal {
		text += "\n"
	}
	fmt.Fprint(s, text)
	s.lines = strings.Count(text, "\n")
}
