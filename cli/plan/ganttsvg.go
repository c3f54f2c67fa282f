package plan

import (
	"fmt"
	"html"
	"strconv"
	"strings"
)

// svg returns the chart as SVG. Without a theme it is light or dark as its reader
// has it.
func (g *gantt) svg(theme string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s" role="img" aria-label="Gantt chart">`+"\n",
		number(g.width), number(g.height))
	b.WriteString("<style>\ntext { font: " + number(fontSize) + "px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; white-space: pre }\n.bold { font-weight: bold }\n.hollow { fill-opacity: .15; stroke-width: 1.5 }\n")
	style := func(theme string) {
		colours := inks(theme)
		for _, ink := range inkOrder() {
			fmt.Fprintf(&b, ".%[1]s { fill: #%[2]s } .%[1]s.hollow { stroke: #%[2]s }\n", ink, colours[ink])
		}
	}
	if theme != "" {
		style(theme)
	} else {
		style(themeLight)
		b.WriteString("@media (prefers-color-scheme: dark) {\n")
		style(themeDark)
		b.WriteString("}\n")
	}
	b.WriteString("</style>\n")
	for _, s := range g.shapes {
		class := s.ink
		if s.bold {
			class += " bold"
		}
		if s.hollow {
			class += " hollow"
		}
		if s.text == "" {
			fmt.Fprintf(&b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`+"\n", class, number(s.x), number(s.y), number(s.w), number(s.h))
			continue
		}
		anchor := ""
		if s.endsAtX {
			anchor = ` text-anchor="end"`
		}
		fmt.Fprintf(&b, `<text class="%s" x="%s" y="%s"%s>%s</text>`+"\n", class, number(s.x), number(s.y), anchor, html.EscapeString(s.text))
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
