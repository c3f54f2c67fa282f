package picture

import (
	"bytes"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// linear returns a colour as linear red, green and blue.
func linear(t *testing.T, text string) [3]float64 {
	t.Helper()
	value, err := strconv.ParseUint(text[1:], 16, 32)
	require.NoError(t, err)
	var c [3]float64
	for i := range c {
		v := float64(value>>(16-8*i)&255) / 255
		if c[i] = v / 12.92; v > 0.04045 {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return c
}

func times(m [9]float64, c [3]float64) [3]float64 {
	var out [3]float64
	for i := range out {
		out[i] = m[3*i]*c[0] + m[3*i+1]*c[1] + m[3*i+2]*c[2]
	}
	return out
}

func luminance(c [3]float64) float64 { return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2] }

// oklab returns a colour in a space in which distances are what people see.
func oklab(c [3]float64) [3]float64 {
	lms := times([9]float64{0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005}, c)
	for i := range lms {
		lms[i] = math.Cbrt(max(lms[i], 0))
	}
	return times([9]float64{0.2104542553, 0.793617785, -0.0040720468, 1.9779984951, -2.428592205, 0.4505937099, 0.0259040371, 0.7827717662, -0.808675766}, lms)
}

func TestColoursStandOutAndAreToldApartByEverybody(t *testing.T) {
	// Machado, Oliveira and Fernandes, 2009, at full strength.
	eyes := map[string][9]float64{
		"all cones":     {1, 0, 0, 0, 1, 0, 0, 0, 1},
		"no red cone":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
		"no green cone": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
		"no blue cone":  {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
	}
	for theme, papers := range map[string][2]string{"light": {shades["paper"][0], shades["box"][0]}, "dark": {shades["paper"][1], shades["box"][1]}} {
		colour := func(l look) [3]float64 {
			if theme == "light" {
				return linear(t, l.light)
			}
			return linear(t, l.dark)
		}
		for i, a := range looks {
			for _, paper := range papers {
				one, other := luminance(colour(a))+0.05, luminance(linear(t, paper))+0.05
				require.GreaterOrEqual(t, max(one, other)/min(one, other), 3.0, "%s on %s paper", a.name, theme)
			}
			for _, b := range looks[:i] {
				if a.dark == b.dark {
					continue // told apart by dashes
				}
				for eye, m := range eyes {
					p, q := oklab(times(m, colour(a))), oklab(times(m, colour(b)))
					distance := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
					require.Greater(t, distance, 0.09, "%s and %s, %s, %s", a.name, b.name, theme, eye)
				}
			}
		}
	}
}

// The picture in the documentation is what the command draws.
func TestTheDocumentsPictureIsWhatIsDrawn(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, SVG(&b, examples["critical"]()))
	const file = "../../docs/guide/graph.svg"
	if *update {
		require.NoError(t, os.WriteFile(file, b.Bytes(), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), b.String())
	text, err := os.ReadFile("../../docs/guide/graph.md")
	require.NoError(t, err)
	drawn, err := os.ReadFile("testdata/critical.160.txt")
	require.NoError(t, err)
	require.Contains(t, string(text), string(drawn))
}
