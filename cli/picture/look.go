package picture

import "depctl.dev/gate"

// look is how a state looks in pictures with colours. The colours are after Okabe
// and Ito, who chose hues that people with any kind of colour blindness tell
// apart, made darker or lighter until they stand out from the background;
// look_test.go checks both. What shares a colour has another mark, and there is
// a word in every box.
type look struct {
	name        string
	light, dark string
	dashed      bool
}

var looks = []look{
	{"good", "#009270", "#5fe3bf", false},
	{"busy", "#005a9c", "#3a9fdc", false},
	{"idle", "#57606a", "#7d8792", false},
	{"stopped", "#b57a00", "#ffd866", false},
	{"bad", "#b3380a", "#ff9a4d", false},
	{"absent", "#57606a", "#7d8792", true},
}

// lookOf returns how a node looks; several Jobs look like the worst of them, or
// as they all do.
func lookOf(n Node) look {
	state := n.State
	if state == "" {
		state = worst(n.Counts)
	}
	return looks[lookAt(state)]
}

func lookAt(state gate.State) int {
	switch state {
	case gate.StateSucceeded:
		return 0
	case gate.StateRunning, gate.StatePending:
		return 1
	case gate.StateSkipped, gate.StateHeld, gate.StateSuspended:
		return 3
	case gate.StateFailed, gate.StateBlocked, gate.StateInvalid:
		return 4
	case gate.StateMissing, StateUnknown:
		return 5
	default:
		return 2
	}
}

// The colours of the rest, for light and for dark.
var shades = map[string][2]string{
	"paper": {"#ffffff", "#16191d"},
	"box":   {"#f9fafb", "#21262d"},
	"ink":   {"#1b1f24", "#f0f3f6"},
	"soft":  {"#57606a", "#aab4be"},
	"line":  {"#8c959f", "#6e7781"},
	"rest":  {"#d8dee4", "#3d444d"},
}
