package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/gomonobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// sharpest is how many dots a pixel is across where there is room, so that the picture is
// sharp on today's screens, and coarsest how many it is at least: there the smallest
// letters are 7 dots high. No more than mostDots are held in memory at once, and many
// programs show no picture that is broader or higher than longestSide.
const (
	sharpest    = 2.0
	coarsest    = 0.6
	mostDots    = 100_000_000
	longestSide = 32767
)

// sharpness returns how many dots a pixel of a picture is across, so that it is as sharp
// as a PNG can have it.
func sharpness(width, height float64) (float64, error) {
	// A side is rounded up to whole dots.
	room := min(math.Sqrt(mostDots/(width*height)), (longestSide-1)/max(width, height), sharpest)
	for math.Ceil(width*room)*math.Ceil(height*room) > mostDots {
		room *= 0.999
	}
	if room < coarsest {
		return 0, fmt.Errorf("a PNG that one can read would be %.0f by %.0f dots, and has at most %d a side and %d million in all: %w",
			math.Ceil(width*coarsest), math.Ceil(height*coarsest), longestSide, mostDots/1_000_000, ErrTooLargeForPNG)
	}
	return room, nil
}

// PNG writes a graph as a picture of dots, light. The fonts are Go's own, so it is
// the same on every machine. A large graph is drawn smaller, as long as it can be read.
func PNG(w io.Writer, g *Graph) error {
	s, err := newScene(g, (*scene).size)
	if err != nil {
		return err
	}
	scale, err := sharpness(s.width, s.height)
	if err != nil {
		return err
	}
	bounds := image.Rect(0, 0, int(math.Ceil(s.width*scale)), int(math.Ceil(s.height*scale)))
	r := &raster{image: image.NewRGBA(bounds), scene: s, scale: scale, faces: map[string]font.Face{}}
	draw.Draw(r.image, bounds, image.NewUniform(colourOf("paper")), image.Point{}, draw.Src)
	s.draw(r)
	if r.err != nil {
		return r.err
	}
	if err := png.Encode(w, r.image); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

// raster is an image in the making.
type raster struct {
	image *image.RGBA
	scene *scene
	// scale is how many dots a pixel is across.
	scale float64
	faces map[string]font.Face
	err   error
}

func (r *raster) begin(int, Node) {}
func (r *raster) end()            {}

// colourOf returns the light colour of a name.
func colourOf(name string) color.RGBA {
	text := shades[name][0]
	for _, l := range looks {
		if l.name == name {
			text = l.light
		}
	}
	value, _ := strconv.ParseUint(text[1:], 16, 32) // all are written in this package
	return color.RGBA{uint8(value >> 16), uint8(value >> 8), uint8(value), 255}
}

// fill fills polygons, which may overlap, in one colour.
func (r *raster) fill(polygons [][]spot, colour string) {
	low, high := spot{math.Inf(1), math.Inf(1)}, spot{math.Inf(-1), math.Inf(-1)}
	for _, polygon := range polygons {
		for _, p := range polygon {
			low = spot{min(low.x, p.x), min(low.y, p.y)}
			high = spot{max(high.x, p.x), max(high.y, p.y)}
		}
	}
	x, y := math.Floor(low.x*r.scale), math.Floor(low.y*r.scale)
	width, height := int(high.x*r.scale-x)+2, int(high.y*r.scale-y)+2
	ink := image.NewUniform(colourOf(colour))
	target := image.Rect(int(x), int(y), int(x)+width, int(y)+height)
	for _, polygon := range polygons {
		var v vector.Rasterizer
		v.Reset(width, height)
		for i, p := range polygon {
			dx, dy := float32(p.x*r.scale-x), float32(p.y*r.scale-y)
			if i == 0 {
				v.MoveTo(dx, dy)
			} else {
				v.LineTo(dx, dy)
			}
		}
		v.ClosePath()
		v.Draw(r.image, target, ink, image.Point{})
	}
}

func (r *raster) shape(points []spot, colour string) { r.fill([][]spot{points}, colour) }

func (r *raster) rect(at spot, width, height, radius float64, fill string, st stroke) {
	outline := roundedRect(at, width, height, radius)
	r.shape(outline, fill)
	if st.width > 0 {
		r.line(append(outline, outline[0]), st)
	}
}

func roundedRect(at spot, width, height, radius float64) []spot {
	radius = min(radius, width/2, height/2)
	var points []spot
	corner := func(x, y, from float64) {
		for k := range 7 {
			angle := (from + float64(k)*15) * math.Pi / 180
			points = append(points, spot{x + radius*math.Cos(angle), y + radius*math.Sin(angle)})
		}
	}
	corner(at.x+width-radius, at.y+radius, 270)
	corner(at.x+width-radius, at.y+height-radius, 0)
	corner(at.x+radius, at.y+height-radius, 90)
	corner(at.x+radius, at.y+radius, 180)
	return points
}

func (r *raster) path(edge int, points []spot, st stroke, arrow bool) {
	if edge >= 0 {
		points = bent(points)
	}
	if arrow {
		end, before := points[len(points)-1], points[len(points)-2]
		length := math.Hypot(end.x-before.x, end.y-before.y)
		dx, dy := (end.x-before.x)/length, (end.y-before.y)/length
		size := 9.0
		if st.width > 2 {
			size = 11
		}
		base := spot{end.x - dx*size, end.y - dy*size}
		points[len(points)-1] = spot{end.x - dx*size/2, end.y - dy*size/2}
		r.shape([]spot{end, {base.x - dy*size/2, base.y + dx*size/2}, {base.x + dy*size/2, base.y - dx*size/2}}, st.colour)
	}
	r.line(points, st)
}

// bent returns a line with its turns rounded.
func bent(points []spot) []spot {
	curve := []spot{points[0]}
	for i := 1; i < len(points)-1; i++ {
		a, b := rounded(points[i-1], points[i], points[i+1])
		for k := range 7 {
			t := float64(k) / 6
			u := 1 - t
			curve = append(curve, spot{
				u*u*a.x + 2*u*t*points[i].x + t*t*b.x, u*u*a.y + 2*u*t*points[i].y + t*t*b.y,
			})
		}
	}
	return append(curve, points[len(points)-1])
}

// line draws a line of some width: a rectangle for each part, and discs between.
func (r *raster) line(points []spot, st stroke) {
	const dash, pause = 5.0, 4.0
	travelled := 0.0
	half := st.width / 2
	piece := func(a, b spot) {
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length == 0 {
			return
		}
		dx, dy := (b.x-a.x)/length*half, (b.y-a.y)/length*half
		polygons := [][]spot{{{a.x - dy, a.y + dx}, {b.x - dy, b.y + dx}, {b.x + dy, b.y - dx}, {a.x + dy, a.y - dx}}}
		if !st.dashed {
			disc := arc(half, 0, 360)
			for k := range disc {
				disc[k] = spot{disc[k].x + b.x, disc[k].y + b.y}
			}
			polygons = append(polygons, disc)
		}
		r.fill(polygons, st.colour)
	}
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if !st.dashed {
			piece(a, b)
			continue
		}
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for at := 0.0; at < length; {
			phase := math.Mod(travelled, dash+pause)
			step := min(length-at, dash-phase)
			if phase >= dash {
				step = min(length-at, dash+pause-phase)
			}
			step = max(step, 0.01)
			if phase < dash {
				piece(along(a, b, at/length), along(a, b, (at+step)/length))
			}
			at, travelled = at+step, travelled+step
		}
	}
}

func along(a, b spot, t float64) spot { return spot{a.x + (b.x-a.x)*t, a.y + (b.y-a.y)*t} }

func (r *raster) text(at spot, text string, size float64, bold bool, colour string) {
	face, err := r.face(size, bold)
	if err != nil {
		r.err = err
		return
	}
	d := font.Drawer{
		Dst: r.image, Src: image.NewUniform(colourOf(colour)), Face: face,
		Dot: fixed.Point26_6{X: fixed.Int26_6(at.x * r.scale * 64), Y: fixed.Int26_6(at.y * r.scale * 64)},
	}
	d.DrawString(text)
}

func (r *raster) face(size float64, bold bool) (font.Face, error) {
	key := fmt.Sprint(size, bold)
	if face, ok := r.faces[key]; ok {
		return face, nil
	}
	data := gomono.TTF
	if bold {
		data = gomonobold.TTF
	}
	parsed, err := opentype.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	hinting := font.HintingFull
	if r.scale != sharpest { // it would make each letter broader by up to half a dot
		hinting = font.HintingNone
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: size * r.scale, DPI: 72, Hinting: hinting})
	if err != nil {
		return nil, fmt.Errorf("reading the font: %w", err)
	}
	r.faces[key] = face
	return face, nil
}
