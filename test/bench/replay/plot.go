package main

import (
	"fmt"
	"math"
	"strings"
)

type (
	point  struct{ x, y float64 }
	series []point
	// panel is one diagram: some series over the number of Jobs, both axes
	// logarithmic.
	panel struct {
		title  string
		series []series
		names  []string
	}
)

// The sizes of a panel, in pixels.
const (
	width, height = 300, 220
	left, right   = 52, 14
	top, bottom   = 34, 40
)

// plot draws panels side by side.
func plot(panels ...panel) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="11">`+"\n",
		width*len(panels), height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width*len(panels), height)
	for i, p := range panels {
		fmt.Fprintf(&b, `<g transform="translate(%d,0)">`+"\n", i*width)
		p.draw(&b)
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func (p panel) draw(b *strings.Builder) {
	low, high := point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	for _, s := range p.series {
		for _, at := range s {
			low, high = point{min(low.x, at.x), min(low.y, at.y)}, point{max(high.x, at.x), max(high.y, at.y)}
		}
	}
	x := axis(low.x, high.x, left, width-right)
	y := axis(low.y, high.y, height-bottom, top)
	fmt.Fprintf(b, `<text x="%d" y="18" font-weight="bold">%s</text>`+"\n", left, p.title)
	for exponent := x.first; exponent <= x.last; exponent++ {
		at := x.at(math.Pow10(exponent))
		fmt.Fprintf(b, `<line x1="%[1]f" y1="%[2]d" x2="%[1]f" y2="%[3]d" stroke="#dddddd"/><text x="%[1]f" y="%[4]d" text-anchor="middle">%[5]s</text>`+"\n",
			at, top, height-bottom, height-bottom+16, short(math.Pow10(exponent)))
	}
	for exponent := y.first; exponent <= y.last; exponent++ {
		at := y.at(math.Pow10(exponent))
		fmt.Fprintf(b, `<line x1="%d" y1="%[2]f" x2="%[3]d" y2="%[2]f" stroke="#dddddd"/><text x="%[4]d" y="%[5]f" text-anchor="end">%[6]s</text>`+"\n",
			left, at, width-right, left-6, at+4, short(math.Pow10(exponent)))
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">Jobs that wait</text>`+"\n", (left+width-right)/2, height-8)
	for i, s := range p.series {
		color := []string{"#0b62a4", "#b34700"}[i]
		var line []string
		for _, at := range s {
			line = append(line, fmt.Sprintf("%.1f,%.1f", x.at(at.x), y.at(at.y)))
			fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x.at(at.x), y.at(at.y), color)
		}
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", strings.Join(line, " "), color)
		if len(p.names) > i {
			last := s[len(s)-1]
			fmt.Fprintf(b, `<text x="%.1f" y="%.1f" text-anchor="end" fill="%s">%s</text>`+"\n", x.at(last.x), y.at(last.y)-8, color, p.names[i])
		}
	}
}

// scale maps powers of ten to pixels.
type scale struct {
	first, last int
	from, to    float64
}

// axis returns the scale of whole powers of ten around some values.
func axis(low, high float64, from, to int) scale {
	s := scale{int(math.Floor(math.Log10(low))), int(math.Ceil(math.Log10(high))), float64(from), float64(to)}
	if s.first == s.last {
		s.last++
	}
	return s
}

func (s scale) at(value float64) float64 {
	return s.from + (math.Log10(value)-float64(s.first))/float64(s.last-s.first)*(s.to-s.from)
}

func short(value float64) string {
	if value >= 1000 {
		return fmt.Sprintf("%gk", value/1000)
	}
	return fmt.Sprintf("%g", value)
}
