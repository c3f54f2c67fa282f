package parse

import (
	"strings"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/picture"
	"depctl.dev/lang"
)

// drawExpr returns the canonical text of an expression, its tree and a table of
// what it names.
func drawExpr(expr *lang.Expr, g picture.Glyphs) string {
	var b strings.Builder
	b.WriteString(expr.String() + "\n\n")
	writeTree(&b, expr.Root(), "", "", g)
	rows := [][3]string{{"NAME", "CHECK", "FOR"}}
	for _, n := range namesJSON(expr) {
		rows = append(rows, [3]string{n.text(), n.Check, n.waiting()})
	}
	if len(rows) == 1 {
		return b.String()
	}
	var name, check int
	for _, r := range rows {
		name, check = max(name, picture.Width(r[0])+command.Gap), max(check, picture.Width(r[1])+command.Gap)
	}
	b.WriteByte('\n')
	for _, r := range rows {
		b.WriteString(picture.Pad(r[0], r[0], name) + picture.Pad(r[1], r[1], check) + r[2] + "\n")
	}
	return b.String()
}

// writeTree writes a node behind head, and what is inside it behind stem.
func writeTree(b *strings.Builder, n lang.Node, head, stem string, g picture.Glyphs) {
	var word string
	var inside []lang.Node
	switch n := n.(type) {
	case *lang.All:
		word, inside = "all of", n.Terms
	case *lang.Any:
		word, inside = "any of", n.Terms
	case *lang.Not:
		word, inside = "not", []lang.Node{n.Term}
	case *lang.Check:
		word = explicit(n)
	}
	b.WriteString(head + word + "\n")
	for i, term := range inside {
		fork, below := g.Fork, g.Stem
		if i == len(inside)-1 {
			fork, below = g.Corner, g.Blank
		}
		writeTree(b, term, stem+fork, stem+below, g)
	}
}

// explicit returns the text of a check with its status: canonical text leaves
// out that of success.
func explicit(c *lang.Check) string {
	text := c.String()
	if c.Status != lang.StatusSucceeded || len(c.Targets) != 1 || c.Before {
		return text
	}
	target := c.Targets[0].String()
	return string(c.Status) + "(" + target + ")" + strings.TrimPrefix(text, target)
}
