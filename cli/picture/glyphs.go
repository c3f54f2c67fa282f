package picture

import "depctl.dev/gate"

// Glyphs are the signs of a drawing in text. Each of Fork, Stem, Corner, Blank
// and Chain is equally wide.
type Glyphs struct {
	Fork, Stem, Corner, Blank, Chain string
	Ellipsis                         string
	Symbols                          map[gate.State]string
	// Several stands before what is more than one Job, Critical behind what is on
	// the longest way, Again before an edge that closes a cycle, and Into between
	// two names.
	Several, Critical, Again, Into string
	// Full and Empty are the parts of a progress bar.
	Full, Empty string
	// down and right are the heads of arrows.
	down, right rune
	// line returns the sign with lines to those sides: 0 none, 1 light, 2 heavy.
	line func(up, right, down, left uint8) rune
}

// Unicode returns the signs of a terminal that shows UTF-8. The three circles
// fill as a Job goes on; every other sign stands for itself, and the word beside
// it says it again.
func Unicode() Glyphs {
	return Glyphs{
		Fork: "├─ ", Stem: "│  ", Corner: "└─ ", Blank: "   ", Chain: "↓  ", Ellipsis: "…",
		Several: "▣", Critical: "◆", Again: "↺", Into: "→", Full: "█", Empty: "░", down: '▼', right: '▶', line: boxLine,
		Symbols: map[gate.State]string{
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
			StateUnknown:        "?",
		},
	}
}

// ASCII returns the signs of every other terminal.
func ASCII() Glyphs {
	return Glyphs{
		Fork: "|- ", Stem: "|  ", Corner: "`- ", Blank: "   ", Chain: "v  ", Ellipsis: "...",
		Several: "%", Critical: "<", Again: "@", Into: "->", Full: "#", Empty: "-", down: 'v', right: '>', line: asciiLine,
		Symbols: map[gate.State]string{
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
			StateUnknown:        "?",
		},
	}
}

// States are all states, in the order in which counts have them.
var States = []gate.State{
	gate.StateSucceeded, gate.StateRunning, gate.StatePending, gate.StateWaiting, gate.StateHeld, gate.StateSuspended,
	gate.StateSkipped, gate.StateFailed, gate.StateBlocked, gate.StateInvalid, gate.StateMissing, StateUnknown,
}

// lines are the signs with lines to the right, down and left by three, each 0
// to 2; every row has those without one up, with a light and with a heavy one.
var lines = [3][]rune{
	[]rune(" ╴╸╷┐┑╻┒┓╶─╾┌┬┭┎┰┱╺╼━┍┮┯┏┲┳"),
	[]rune("╵┘┙│┤┥╽┧┪└┴┵├┼┽┟╁╅┕┶┷┝┾┿┢╆╈"),
	[]rune("╹┚┛╿┦┩┃┨┫┖┸┹┞╀╃┠╂╉┗┺┻┡╄╇┣╊╋"),
}

func boxLine(up, right, down, left uint8) rune { return lines[up][9*right+3*down+left] }

func asciiLine(up, right, down, left uint8) rune {
	heavy := max(up, right, down, left) == 2
	switch {
	case up+right+down+left == 0:
		return ' '
	case right+left == 0 && heavy:
		return '!'
	case right+left == 0:
		return '|'
	case up+down == 0 && heavy:
		return '='
	case up+down == 0:
		return '-'
	case heavy:
		return '#'
	}
	return '+'
}

// Colour returns the ANSI code of a state's colour, empty for the terminal's
// own. Red wants a person, yellow perhaps.
func Colour(state gate.State) string {
	switch state {
	case gate.StateFailed, gate.StateBlocked, gate.StateInvalid:
		return red
	case gate.StateSkipped, gate.StateHeld, gate.StateSuspended, gate.StateMissing:
		return yellow
	case gate.StateSucceeded:
		return green
	case gate.StateRunning, gate.StatePending:
		return cyan
	case StateUnknown:
		return faint
	default:
		return ""
	}
}

const red, green, yellow, cyan, faint, bold = "31", "32", "33", "36", "2", "1"

// Paint returns text in a colour, in ANSI codes.
func Paint(text, colour string) string {
	if colour == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
