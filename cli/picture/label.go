package picture

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/gate"
)

// bar is how many signs a progress bar has.
const bar = 10

// title returns the name of a node with its symbol, cut to some columns.
func (g Glyphs) title(graph *Graph, n Node, room int) string {
	symbol, suffix := g.Several, ""
	if n.State != "" {
		symbol = g.Symbols[n.State]
	} else {
		suffix = fmt.Sprintf(" (%d)", n.total())
	}
	return n.Change.sign() + symbol + " " + Cut(graph.Label(n), room, g.Ellipsis) + suffix
}

// sign stands before what manifests would change.
func (c Change) sign() string {
	switch c {
	case Added:
		return "+ "
	case Removed:
		return "- "
	case Changed:
		return "~ "
	}
	return ""
}

// progress returns a bar and a count, nothing for what has no elements.
func (g Glyphs) progress(n Node) string {
	if n.Size == 0 {
		return ""
	}
	full := int(n.Done * bar / n.Size)
	text := strings.Repeat(g.Full, full) + strings.Repeat(g.Empty, bar-full) + fmt.Sprintf(" %d/%d", n.Done, n.Size)
	if n.Failed > 0 {
		text += fmt.Sprintf(" %s%d", g.Symbols[gate.StateFailed], n.Failed)
	}
	return text
}

// runs returns how the last runs of a CronJob ended, by symbol, the latest last.
func (g Glyphs) runs(n Node) string {
	var marks []string
	for _, run := range n.Runs {
		marks = append(marks, g.Symbols[run.State])
	}
	return strings.Join(marks, "")
}

// counts returns how many Jobs are in which state, by symbol.
func (g Glyphs) counts(counts map[gate.State]int) string {
	var parts []string
	for _, state := range States {
		if counts[state] > 0 {
			parts = append(parts, fmt.Sprintf("%s%d", g.Symbols[state], counts[state]))
		}
	}
	return strings.Join(parts, " ")
}

// countWords returns how many Jobs are in which state, in words.
func countWords(counts map[gate.State]int) string {
	var parts []string
	for _, state := range States {
		if counts[state] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[state], state))
		}
	}
	return strings.Join(parts, ", ")
}

// causes returns why a Job does not run, or has failed, for people. That it was tried often enough
// says nothing beside what its pods said.
func (n Node) causes() []string {
	var list []string
	for i, c := range n.Causes {
		if i > 0 && c.IsOfJob() {
			continue
		}
		list = append(list, OneLine(c.Brief()))
	}
	return list
}

// lines returns what a box says of a node.
func (d *drawing) lines(n Node) []string {
	g := d.canvas.glyphs
	lines := []string{g.title(d.graph, n, d.label)}
	if d.brief {
		return lines
	}
	switch {
	case n.State == "":
		lines = append(lines, g.counts(n.Counts))
	case n.Size > 0:
		lines = append(lines, string(n.State)+" "+g.progress(n))
	default:
		lines = append(lines, strings.TrimSpace(string(n.State)+" "+d.graph.took(n)+g.runs(n)))
	}
	if n.When != "" {
		lines = append(lines, Cut("if "+n.When, d.label, g.Ellipsis))
	}
	return lines
}

// took returns how long a Job runs or has run, empty where that is not known.
func (g *Graph) took(n Node) string {
	if took := g.duration(n); took > 0 {
		return duration.HumanDuration(took)
	}
	return ""
}

func (g *Graph) duration(n Node) time.Duration {
	switch {
	case n.Started.IsZero():
		return 0
	case !n.Finished.IsZero():
		return n.Finished.Sub(n.Started)
	default:
		return g.Now.Sub(n.Started)
	}
}

func (g *Graph) age(n Node) string {
	if n.Created.IsZero() {
		return "-"
	}
	return duration.HumanDuration(g.Now.Sub(n.Created))
}
