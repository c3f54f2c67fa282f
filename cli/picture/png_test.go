package picture

import (
	"bytes"
	"image/png"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestHowSharpAPNGIs(t *testing.T) {
	for name, tt := range map[string]struct {
		width, height float64
		want          float64
		wrong         string
	}{
		"a small picture has two dots for a pixel":        {width: 174, height: 127, want: 2},
		"1,000 nodes in 20 layers have room":              {width: 4994, height: 3655, want: 2},
		"a high one has no more dots than a side may":     {width: 918, height: 18055, want: 1.81},
		"10,000 nodes have fewer dots, and can be read":   {width: 4898, height: 36055, want: 0.75},
		"a broad one is as any other":                     {width: 36055, height: 4898, want: 0.75},
		"what could not be read is refused, by its dots":  {width: 20000, height: 20000, wrong: "would be 12000 by 12000 dots"},
		"what is too long for a side is refused, however": {width: 100, height: 60000, wrong: "would be 60 by 36000 dots"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := sharpness(tt.width, tt.height)
			if tt.wrong != "" {
				require.ErrorContains(t, err, tt.wrong)
				require.ErrorIs(t, err, ErrTooLargeForPNG)
				require.ErrorContains(t, err, "--collapse namespace")
				return
			}
			require.NoError(t, err)
			require.InDelta(t, tt.want, got, 0.01)
		})
	}
}

// unrelated returns Jobs that wait for nothing, with names of their own.
func unrelated(n int) *Graph {
	g := &Graph{}
	for i := range n {
		g.Nodes = append(g.Nodes, graphOf("job"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676))).Nodes...)
	}
	return g
}

func TestPNGOfAnySizeIsWrittenOrRefusedBeforeAnythingIs(t *testing.T) {
	for _, nodes := range []int{1, 1000} {
		var b bytes.Buffer
		require.NoError(t, PNG(&b, unrelated(nodes)))
		size, err := png.DecodeConfig(&b)
		require.NoError(t, err)
		require.LessOrEqual(t, size.Width*size.Height, mostDots)
		require.LessOrEqual(t, max(size.Width, size.Height), longestSide)
	}
	r, w := io.Pipe()
	defer r.Close()
	err := PNG(w, unrelated(17000)) // nobody reads: what is written would wait forever
	require.ErrorIs(t, err, ErrTooLargeForPNG)
}
