package picture

import (
	"math"

	"depctl.dev/gate"
)

// mark draws the sign of a state, so that it can be told without its colour. It
// is made of lines: no font has all signs.
func mark(on sketch, n Node, at spot) {
	colour := lookOf(n).name
	line := func(points ...spot) {
		moved := make([]spot, len(points))
		for i, p := range points {
			moved[i] = spot{at.x + p.x, at.y + p.y}
		}
		on.path(-1, moved, stroke{colour, 2.2, false}, false)
	}
	fill := func(points []spot) {
		moved := make([]spot, len(points))
		for i, p := range points {
			moved[i] = spot{at.x + p.x, at.y + p.y}
		}
		on.shape(moved, colour)
	}
	ring := func() { line(arc(7, 0, 360)...) }
	if n.State == "" {
		for _, y := range []float64{-5, 0, 5} {
			line(spot{-6, y}, spot{6, y})
		}
		return
	}
	switch n.State {
	case gate.StateSucceeded:
		line(spot{-6, 0}, spot{-2, 5}, spot{7, -6})
	case gate.StateFailed:
		line(spot{-6, -6}, spot{6, 6})
		line(spot{-6, 6}, spot{6, -6})
	case gate.StateRunning:
		fill(arc(8, 0, 360))
	case gate.StatePending:
		ring()
		fill(arc(7, 90, 270))
	case gate.StateBlocked:
		ring()
		line(spot{-5, 5}, spot{5, -5})
	case gate.StateSkipped:
		line(spot{-6, -6}, spot{0, 0}, spot{-6, 6})
		line(spot{1, -6}, spot{7, 0}, spot{1, 6})
	case gate.StateHeld, gate.StateSuspended:
		line(spot{-3, -7}, spot{-3, 7})
		line(spot{3, -7}, spot{3, 7})
	case gate.StateInvalid:
		line(spot{0, -7}, spot{0, 2})
		line(spot{0, 5}, spot{0, 7})
	case gate.StateMissing, StateUnknown:
		line(append(arc(4.5, 180, 405), spot{0, 2})...)
		line(spot{0, 5.5}, spot{0, 7.5})
	default:
		ring()
	}
}

// arc returns points on a circle, from one angle to another in degrees.
func arc(radius, from, to float64) []spot {
	const steps = 24
	points := make([]spot, 0, steps+1)
	shift := 0.0
	if to-from > 180 && to-from < 360 {
		shift = -3 // the bow of a question mark stands above its dot
	}
	for k := range steps + 1 {
		angle := (from + (to-from)*float64(k)/steps) * math.Pi / 180
		points = append(points, spot{radius * math.Cos(angle), radius*math.Sin(angle) + shift})
	}
	return points
}
