package picture

import (
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// key lays out the legend under the picture.
func (s *scene) key() {
	there := map[gate.State]bool{}
	for _, n := range s.graph.Nodes {
		for state := range n.states() {
			there[state] = true
		}
		if n.State != "" {
			there[n.State] = true
		}
	}
	for _, state := range States {
		if there[state] {
			s.legend = append(s.legend, sample{text: string(state), state: state})
		}
	}
	if s.hasCritical() {
		s.legend = append(s.legend, sample{text: "longest way", stroke: stroke{"ink", 3, false}})
	}
	if s.hasNever() {
		s.legend = append(s.legend, sample{text: "never as is", stroke: stroke{"bad", 1.5, true}})
	}
	s.width = max(s.width, float64(min(len(s.legend), 4))*legendColumn+2*margin)
	s.legendTop = s.height + 8
	s.height += 8 + legendRow*float64((len(s.legend)+s.columns()-1)/s.columns())
}

// sample is one entry of the legend: a state, or a kind of line.
type sample struct {
	text   string
	state  gate.State
	stroke stroke
}

const legendColumn = 120.0

func (s *scene) columns() int { return max(int((s.width-2*margin)/legendColumn), 1) }

func (s *scene) drawKey(on sketch) {
	for k, entry := range s.legend {
		at := spot{margin + float64(k%s.columns())*legendColumn, s.legendTop + float64(k/s.columns())*legendRow}
		if entry.state != "" {
			mark(on, Node{State: entry.state}, spot{at.x + 8, at.y})
		} else {
			on.path(-1, []spot{{at.x, at.y}, {at.x + 18, at.y}}, entry.stroke, false)
		}
		on.text(spot{at.x + 24, at.y + 4}, entry.text, smallSize, false, "soft")
	}
}

func (s *scene) hasCritical() bool {
	for _, e := range s.graph.Edges {
		if e.Critical {
			return true
		}
	}
	return false
}

func (s *scene) hasNever() bool {
	for _, e := range s.graph.Edges {
		if e.Value == lang.False && !e.Member {
			return true
		}
	}
	return len(s.links.closing) > 0
}
