package picture

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
)

// SVG writes a graph as a picture for a browser, in light or dark as the reader's
// system is.
func SVG(w io.Writer, g *Graph) error {
	s, err := newScene(g, (*scene).size)
	if err != nil {
		return err
	}
	if _, err := w.Write(s.svg("")); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

// svg returns the picture; with an id it is part of a page, which has the colours.
func (s *scene) svg(id string) []byte {
	v := &svgSketch{scene: s}
	fmt.Fprintf(&v.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img"`,
		px(s.width), px(s.height), px(s.width), px(s.height))
	if id == "" {
		v.b.WriteString(">\n<title>" + s.title() + "</title>\n<style>\n" + styles("svg") + "</style>\n")
		fmt.Fprintf(&v.b, `<rect width="%s" height="%s" class="f-paper"/>`+"\n", px(s.width), px(s.height))
	} else {
		fmt.Fprintf(&v.b, ` id=%q aria-label=%q>`+"\n", id, s.title())
	}
	v.b.WriteString(`<defs>`)
	for _, name := range []string{"line", "bad", "good", "ink"} {
		size := 7
		if name == "ink" {
			size = 4 // it grows with the line
		}
		fmt.Fprintf(&v.b, `<marker id="a-%s" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="%d" markerHeight="%d" orient="auto"><path class="f-%s" d="M0 0 8 4 0 8Z"/></marker>`, name, size, size, name)
	}
	v.b.WriteString("</defs>\n<g id=\"all\">\n")
	s.draw(v)
	v.b.WriteString("</g>\n</svg>\n")
	return v.b.Bytes()
}

// title says what the picture shows.
func (s *scene) title() string {
	if s.graph.Title == "" {
		return "Jobs and what they wait for"
	}
	return html.EscapeString(OneLine(s.graph.Title)) + ": Jobs and what they wait for"
}

// styles returns the colours as CSS, light and dark.
func styles(root string) string {
	var light, dark, rules strings.Builder
	add := func(name, bright, dim string) {
		fmt.Fprintf(&light, "--%s:%s;", name, bright)
		fmt.Fprintf(&dark, "--%s:%s;", name, dim)
		fmt.Fprintf(&rules, ".f-%s{fill:var(--%s)}.s-%s{stroke:var(--%s)}\n", name, name, name, name)
	}
	for _, name := range []string{"paper", "box", "ink", "soft", "line", "rest"} {
		add(name, shades[name][0], shades[name][1])
	}
	for _, l := range looks {
		add(l.name, l.light, l.dark)
	}
	return fmt.Sprintf("%s{%scolor-scheme:light dark}\n@media(prefers-color-scheme:dark){%s{%s}}\n%s", root, light.String(), root, dark.String(), rules.String()) +
		"text{font-family:ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n" +
		".b{font-weight:600}.l{fill:none;stroke-linejoin:round;stroke-linecap:round}.d{stroke-dasharray:5 4;stroke-linecap:butt}\n"
}

// svgSketch is an SVG in the making.
type svgSketch struct {
	scene *scene
	b     bytes.Buffer
}

func px(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// longestWhy is how many letters of what went wrong stand in the tooltip of a node.
const longestWhy = 300

func (v *svgSketch) begin(i int, n Node) {
	label := s(v.scene.graph.Label(n)) + ": " + string(n.State)
	if n.State == "" {
		label = s(v.scene.graph.Label(n)) + ": " + countWords(n.Counts)
	}
	if why := n.why(); why != "" {
		label += "\n" + s(Cut(OneLine(why), longestWhy, "…"))
	}
	fmt.Fprintf(&v.b, `<g class="node" data-n="%d"><title>%s</title>`, i, label)
}

func s(text string) string { return html.EscapeString(Clean(text)) }

func (v *svgSketch) end() { v.b.WriteString("</g>\n") }

func (st stroke) class() string {
	class := "l s-" + st.colour
	if st.dashed {
		class += " d"
	}
	return class
}

func (v *svgSketch) rect(at spot, width, height, radius float64, fill string, st stroke) {
	fmt.Fprintf(&v.b, `<rect x="%s" y="%s" width="%s" height="%s" rx="%s" class="f-%s`, px(at.x), px(at.y), px(width), px(height), px(radius), fill)
	if st.width > 0 {
		fmt.Fprintf(&v.b, ` s-%s`, st.colour)
		if st.dashed {
			v.b.WriteString(" d")
		}
		fmt.Fprintf(&v.b, `" stroke-width="%s`, px(st.width))
	}
	v.b.WriteString(`"/>`)
}

func (v *svgSketch) path(edge int, points []spot, st stroke, arrow bool) {
	fmt.Fprintf(&v.b, `<path class="%s" stroke-width="%s"`, st.class(), px(st.width))
	if edge >= 0 {
		from, to := v.ends(edge)
		fmt.Fprintf(&v.b, ` data-f="%d" data-t="%d"`, from, to)
	}
	if arrow {
		fmt.Fprintf(&v.b, ` marker-end="url(#a-%s)"`, st.colour)
	}
	v.b.WriteString(` d="`)
	for i, p := range points {
		switch {
		case i == 0:
			fmt.Fprintf(&v.b, "M%s %s", px(p.x), px(p.y))
		case i == len(points)-1 || edge < 0:
			fmt.Fprintf(&v.b, "L%s %s", px(p.x), px(p.y))
		default:
			a, b := rounded(points[i-1], p, points[i+1])
			fmt.Fprintf(&v.b, "L%s %sQ%s %s %s %s", px(a.x), px(a.y), px(p.x), px(p.y), px(b.x), px(b.y))
		}
	}
	v.b.WriteString(`"/>`)
	if edge >= 0 {
		v.b.WriteByte('\n')
	}
}

func (v *svgSketch) ends(edge int) (from, to int) {
	if paths := v.scene.layout.paths; edge < len(paths) {
		return paths[edge].from, paths[edge].to
	}
	e := v.scene.links.back()[edge-len(v.scene.layout.paths)]
	return e[0], e[1]
}

// rounded returns where a turn at b begins and ends.
func rounded(a, b, c spot) (before, after spot) {
	near := func(from spot) spot {
		length := math.Hypot(from.x-b.x, from.y-b.y)
		part := min(6, length/2) / max(length, 1)
		return spot{b.x + (from.x-b.x)*part, b.y + (from.y-b.y)*part}
	}
	return near(a), near(c)
}

func (v *svgSketch) shape(points []spot, colour string) {
	fmt.Fprintf(&v.b, `<path class="f-%s" d="`, colour)
	for i, p := range points {
		fmt.Fprintf(&v.b, "%c%s %s", "ML"[min(i, 1)], px(p.x), px(p.y))
	}
	v.b.WriteString(`Z"/>`)
}

func (v *svgSketch) text(at spot, text string, size float64, bold bool, colour string) {
	class := "f-" + colour
	if bold {
		class += " b"
	}
	fmt.Fprintf(&v.b, `<text x="%s" y="%s" font-size="%s" class="%s">%s</text>`, px(at.x), px(at.y), px(size), class, s(text))
}
