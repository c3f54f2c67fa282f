package cli

import (
	"depctl.dev/gate"
)

// glyphs are the signs of a drawing. Each of fork, stem, corner, blank and chain
// is equally wide.
type glyphs struct {
	fork, stem, corner, blank, chain string
	ellipsis                         string
	symbols                          map[gate.State]string
}

// The three circles fill as a Job goes on; every other sign stands for itself,
// and the word beside it says it again.
func unicodeGlyphs() glyphs {
	return glyphs{
		fork: "├─ ", stem: "│  ", corner: "└─ ", blank: "   ", chain: "↓  ", ellipsis: "…",
		symbols: map[gate.State]string{
			gate.StateWaiting:   "○",
			gate.StatePending:   "◐",
			gate.StateRunning:   "●",
			gate.StateSucceeded: "✓",
			gate.StateFailed:    "✗",
			gate.StateSkipped:   "↷",
			gate.StateBlocked:   "⊘",
			gate.StateHeld:      "‖",
			gate.StateSuspended: "‖",
			gate.StateInvalid:   "!",
			gate.StateMissing:   "?",
			stateUnknown:        "?",
		},
	}
}

func asciiGlyphs() glyphs {
	return glyphs{
		fork: "|- ", stem: "|  ", corner: "`- ", blank: "   ", chain: "v  ", ellipsis: "...",
		symbols: map[gate.State]string{
			gate.StateWaiting:   ".",
			gate.StatePending:   "o",
			gate.StateRunning:   "*",
			gate.StateSucceeded: "+",
			gate.StateFailed:    "x",
			gate.StateSkipped:   ">",
			gate.StateBlocked:   "#",
			gate.StateHeld:      "=",
			gate.StateSuspended: "=",
			gate.StateInvalid:   "!",
			gate.StateMissing:   "?",
			stateUnknown:        "?",
		},
	}
}

// colourOf returns the ANSI code of a state's colour, empty for the
// terminal's own. Red wants a person, yellow perhaps.
func colourOf(state gate.State) string {
	const red, green, yellow, cyan, faint = "31", "32", "33", "36", "2"
	switch state {
	case gate.StateFailed, gate.StateBlocked, gate.StateInvalid:
		return red
	case gate.StateSkipped, gate.StateHeld, gate.StateSuspended, gate.StateMissing:
		return yellow
	case gate.StateSucceeded:
		return green
	case gate.StateRunning, gate.StatePending:
		return cyan
	case stateUnknown:
		return faint
	default:
		return ""
	}
}

func paint(text, colour string) string {
	if colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
