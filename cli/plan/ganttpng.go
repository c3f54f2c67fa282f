package plan

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
)

// density is how many pixels of a PNG are one of the chart, so that it is sharp
// on today's screens.
const density = 2

// png draws the chart in Go's own font.
func (g *gantt) png(w io.Writer, theme string) error {
	picture := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(g.width*density)), int(math.Ceil(g.height*density))))
	plain, err := face(gomono.TTF)
	if err != nil {
		return err
	}
	bold, err := face(gomonobold.TTF)
	if err != nil {
		return err
	}
	colours := map[string]color.RGBA{}
	for ink, hex := range inks(theme) {
		rgb, err := strconv.ParseUint(hex, 16, 32)
		if err != nil {
			return fmt.Errorf("colour %s: %w", ink, err)
		}
		colours[ink] = color.RGBA{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb), 255}
	}
	for _, s := range g.shapes {
		if s.text == "" {
			fill(picture, s, colours[s.ink])
			continue
		}
		drawer := font.Drawer{Dst: picture, Src: image.NewUniform(colours[s.ink]), Face: plain}
		if s.bold {
			drawer.Face = bold
		}
		drawer.Dot = fixed.Point26_6{X: fixed.Int26_6(s.x * density * 64), Y: fixed.Int26_6(s.y * density * 64)}
		if s.endsAtX {
			drawer.Dot.X -= drawer.MeasureString(s.text)
		}
		drawer.DrawString(s.text)
	}
	return png.Encode(w, picture)
}

func face(ttf []byte) (font.Face, error) {
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		return nil, err
	}
	return opentype.NewFace(parsed, &opentype.FaceOptions{Size: fontSize * density, DPI: 72, Hinting: font.HintingFull})
}

// fill draws a rectangle; of a hollow one the frame, and a tint inside.
func fill(picture draw.Image, s shape, c color.RGBA) {
	at := func(f float64) int { return int(math.Round(f * density)) }
	whole := image.Rect(at(s.x), at(s.y), max(at(s.x+s.w), at(s.x)+1), max(at(s.y+s.h), at(s.y)+1))
	if !s.hollow {
		draw.Draw(picture, whole, image.NewUniform(c), image.Point{}, draw.Src)
		return
	}
	tint := color.NRGBA{c.R, c.G, c.B, 38}
	draw.Draw(picture, whole, image.NewUniform(tint), image.Point{}, draw.Over)
	const frame = 3
	for _, edge := range []image.Rectangle{
		{whole.Min, image.Pt(whole.Max.X, whole.Min.Y+frame)},
		{image.Pt(whole.Min.X, whole.Max.Y-frame), whole.Max},
		{whole.Min, image.Pt(whole.Min.X+frame, whole.Max.Y)},
		{image.Pt(whole.Max.X-frame, whole.Min.Y), whole.Max},
	} {
		draw.Draw(picture, edge.Intersect(whole), image.NewUniform(c), image.Point{}, draw.Src)
	}
}
