package picture

import "strings"

// canvas is a picture of signs, as large as it must be.
type canvas struct {
	glyphs Glyphs
	rows   [][]cell
}

// cell is one sign: text, or lines to its sides. Of a sign that takes two
// columns the second one has none.
type cell struct {
	text                  rune
	second                bool
	up, right, down, left uint8
	// vertical and horizontal are the nets of its lines.
	vertical, horizontal int
	colour               string
	marks                string // combining signs
}

func (c *canvas) at(x, y int) *cell {
	for len(c.rows) <= y {
		c.rows = append(c.rows, nil)
	}
	for len(c.rows[y]) <= x {
		c.rows[y] = append(c.rows[y], cell{})
	}
	return &c.rows[y][x]
}

// write puts text into one row.
func (c *canvas) write(x, y int, text, colour string) {
	for _, r := range text {
		columns := columnsOf(r)
		if columns == 0 && x > 0 {
			c.at(x-1, y).marks += string(r)
			continue
		}
		*c.at(x, y) = cell{text: r, colour: colour}
		if columns == 2 {
			*c.at(x+1, y) = cell{second: true}
		}
		x += columns
	}
}

// line draws a line between two places of one row or one column.
func (c *canvas) line(x1, y1, x2, y2 int, weight uint8, net int, colour string) {
	if x1 == x2 {
		for y := min(y1, y2); y <= max(y1, y2); y++ {
			one := c.at(x1, y)
			if y > min(y1, y2) {
				one.up = max(one.up, weight)
			}
			if y < max(y1, y2) {
				one.down = max(one.down, weight)
			}
			one.vertical = net
			one.colour = colour
		}
		return
	}
	for x := min(x1, x2); x <= max(x1, x2); x++ {
		one := c.at(x, y1)
		if x > min(x1, x2) {
			one.left = max(one.left, weight)
		}
		if x < max(x1, x2) {
			one.right = max(one.right, weight)
		}
		one.horizontal = net
		one.colour = colour
	}
}

// box draws a frame.
func (c *canvas) box(x, y, width, height int, weight uint8, colour string) {
	right, bottom := x+width-1, y+height-1
	c.line(x, y, right, y, weight, 0, colour)
	c.line(x, bottom, right, bottom, weight, 0, colour)
	c.line(x, y, x, bottom, weight, 0, colour)
	c.line(right, y, right, bottom, weight, 0, colour)
	// Lines that leave the frame are joined to it.
	for k := range width {
		c.at(x+k, y).vertical, c.at(x+k, bottom).vertical = 0, 0
	}
	for k := range height {
		c.at(x, y+k).horizontal, c.at(right, y+k).horizontal = 0, 0
	}
}

// sign returns what is shown of a cell. Where lines of two nets cross, the one
// across is interrupted, so that they cannot be taken for joined.
func (c *canvas) sign(one cell) string {
	if one.text != 0 {
		return string(one.text) + one.marks
	}
	if one.vertical != one.horizontal && one.up+one.down > 0 && one.left+one.right > 0 {
		one.left, one.right = 0, 0
	}
	return string(c.glyphs.line(one.up, one.right, one.down, one.left))
}

func (c *canvas) String(colour bool) string {
	var b strings.Builder
	for _, row := range c.rows {
		var line strings.Builder
		spaces := 0
		for x := 0; x < len(row); {
			if row[x].second {
				x++
				continue
			}
			sign := c.sign(row[x])
			if sign == " " {
				spaces++
				x++
				continue
			}
			line.WriteString(strings.Repeat(" ", spaces))
			spaces = 0
			style := row[x].colour
			for x++; x < len(row) && (row[x].second || row[x].colour == style && c.sign(row[x]) != " "); x++ {
				if !row[x].second {
					sign += c.sign(row[x])
				}
			}
			if colour {
				sign = Paint(sign, style)
			}
			line.WriteString(sign)
		}
		b.WriteString(line.String() + "\n")
	}
	return b.String()
}
