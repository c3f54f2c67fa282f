package graph

import (
	"fmt"
	"strings"

	"depctl.dev/cli/internal/diagram"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// cycleNotes names each cycle in the words of its Jobs.
func cycleNotes(g *picture.Graph) []string {
	var notes []string
	for _, cycle := range g.Cycles() {
		var b strings.Builder
		fmt.Fprintf(&b, "Dependency cycle: %s", cycle[0])
		for i := range cycle {
			if i > 0 {
				b.WriteString(", which")
			}
			fmt.Fprintf(&b, " waits for %s", cycle[(i+1)%len(cycle)])
		}
		notes = append(notes, b.String())
	}
	return notes
}

// invalidNotes draws the mistakes in expressions.
func invalidNotes(m *diagram.Diagram) []string {
	var notes []string
	for _, n := range m.Nodes {
		if n.State == gate.StateInvalid {
			what := "Job " + n.Ref.String()
			if n.Ref.Kind == lang.KindCronJob {
				what = "CronJob " + n.Ref.Namespace + "/" + n.Ref.Name
			}
			notes = append(notes, what+": "+n.Message)
		}
	}
	return notes
}

// countNotes says what was left out, and whether that was everything.
func countNotes(m *diagram.Diagram, where string, all bool) []string {
	var notes []string
	switch {
	case len(m.Nodes) > 0:
	case all:
		notes = append(notes, "No Jobs found"+where+".")
	default:
		notes = append(notes, "No Jobs with dependencies found"+where+".")
	}
	switch {
	case m.Hidden == 1:
		notes = append(notes, "1 Job without dependencies is not shown (--all shows it).")
	case m.Hidden > 1:
		notes = append(notes, fmt.Sprintf("%d Jobs without dependencies are not shown (--all shows them).", m.Hidden))
	}
	return notes
}
