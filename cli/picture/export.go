package picture

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"depctl.dev/lang"
)

// Names writes the Jobs of a graph one a line, as "kubectl get -o name" does.
func Names(w io.Writer, g *Graph) error {
	out := bufio.NewWriter(w)
	for _, n := range g.sorted().Nodes {
		if n.Kind == Job || n.Kind == Array {
			fmt.Fprintf(out, "job.batch/%s\n", OneLine(cmp.Or(n.Name, n.Ref.Name)))
		}
	}
	return flush(out)
}

func flush(out *bufio.Writer) error {
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the graph: %w", err)
	}
	return nil
}

// DOT writes a graph in Graphviz's language.
func DOT(w io.Writer, g *Graph) error {
	g = g.Fold(len(g.Nodes)) // sets only
	out := bufio.NewWriter(w)
	fmt.Fprintln(out, "digraph depctl {")
	title := ""
	if g.Title != "" {
		title = ", labelloc=t, label=" + quoted(g.Title)
	}
	fmt.Fprintf(out, "  graph [rankdir=LR%s];\n", title)
	fmt.Fprintln(out, `  node [shape=box, style="rounded,filled", fillcolor=white, fontname="monospace"];`)
	fmt.Fprintln(out, `  edge [color="#6e7781"];`)
	for _, n := range g.Nodes {
		look := lookOf(n)
		extra := ""
		if look.dashed {
			extra += `, style="rounded,filled,dashed"`
		}
		if n.total() != 1 || n.isSet() {
			extra += ", peripheries=2"
		}
		if n.Critical {
			extra += ", penwidth=3"
		}
		fmt.Fprintf(out, "  %s [label=%s, color=%q, tooltip=%s%s];\n",
			quoted(n.ID), quoted(strings.Join(g.texts(n), "\n")), look.light, quoted(n.Message), extra)
	}
	for _, e := range g.Edges {
		var attributes []string
		if label := e.Label(); label != "" {
			attributes = append(attributes, "label="+quoted(label))
		}
		if e.Value == lang.False {
			attributes = append(attributes, `color="#b3380a"`, "style=dashed")
		}
		if e.Critical {
			attributes = append(attributes, "penwidth=3")
		}
		list := ""
		if len(attributes) > 0 {
			list = " [" + strings.Join(attributes, ", ") + "]"
		}
		fmt.Fprintf(out, "  %s -> %s%s;\n", quoted(e.From), quoted(e.To), list)
	}
	fmt.Fprintln(out, "}")
	return flush(out)
}

// quoted returns text as DOT has strings: only quotes and backslashes are
// escaped, and \n breaks a line.
func quoted(text string) string {
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(Clean(text))
	return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"`
}

// Mermaid writes a graph in Mermaid's language, as GitHub and GitLab draw it.
func Mermaid(w io.Writer, g *Graph) error {
	g = g.Fold(len(g.Nodes)) // sets only
	out := bufio.NewWriter(w)
	if g.Title != "" {
		fmt.Fprintf(out, "---\ntitle: %s\n---\n", strconv.Quote(OneLine(g.Title)))
	}
	fmt.Fprintln(out, "flowchart LR")
	at := g.index()
	used := map[string]string{}
	for i, n := range g.Nodes {
		left, right := "[", "]"
		switch n.Kind {
		case Set, WholeRun, Group, Namespace:
			left, right = "[[", "]]"
		case Missing, CronJob:
			left, right = "([", "])"
		}
		look := lookOf(n)
		used[look.name] = look.light
		fmt.Fprintf(out, "  n%d%s\"%s\"%s:::%s\n", i, left, entities(strings.Join(g.texts(n), "\n")), right, look.name)
	}
	for k, e := range g.Edges {
		arrow := "-->"
		switch {
		case e.Critical:
			arrow = "==>"
		case e.Value == lang.False:
			arrow = "-.->"
		}
		label := ""
		if text := e.Label(); text != "" {
			label = `|"` + entities(text) + `"|`
		}
		fmt.Fprintf(out, "  n%d %s%s n%d\n", at[e.From], arrow, label, at[e.To])
		if e.Value == lang.False {
			fmt.Fprintf(out, "  linkStyle %d stroke:#b3380a\n", k)
		}
	}
	for _, look := range looks {
		if colour, ok := used[look.name]; ok {
			fmt.Fprintf(out, "  classDef %s stroke:%s,stroke-width:2px\n", look.name, colour)
		}
	}
	return flush(out)
}

// entities returns text as Mermaid has it within quotes.
func entities(text string) string {
	return strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\n", "<br>").Replace(Clean(text))
}

// texts returns what every format says of a node.
func (g *Graph) texts(n Node) []string {
	glyphs := Unicode()
	texts := []string{n.Change.sign() + glyphs.title(g, Node{Ref: n.Ref, Kind: n.Kind, State: n.State, Counts: n.Counts}, 60)}
	switch {
	case n.State == "":
		texts = append(texts, glyphs.counts(n.Counts))
	case n.Size > 0:
		texts = append(texts, fmt.Sprintf("%s %d/%d", n.State, n.Done, n.Size))
	default:
		texts = append(texts, strings.TrimSpace(string(n.State)+" "+g.took(n)+glyphs.runs(n)))
	}
	if n.When != "" {
		texts = append(texts, "if "+n.When)
	}
	return texts
}
