package transcript

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBlocksAreReadAndReplaced(t *testing.T) {
	t.Parallel()
	p := &Page{Text: "# Page\n\n## One\n\ntext\n\n```console\n$ a\nold\n```\n\n```sh\nnot this\n```\n\n```console\n$ b\n```\n\n## Two\n\n## Three\n\n```console\n$ c\nx\ny\n```\n"}
	require.Equal(t, []string{"One", "Three"}, p.Sections())
	blocks, err := p.Blocks("One")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "old\n", "b", ""}, []string{blocks[0].Command, blocks[0].Output, blocks[1].Command, blocks[1].Output})
	p.Replace(blocks[0], "new\nlines\n")
	blocks, err = p.Blocks("One")
	require.NoError(t, err)
	require.Equal(t, "new\nlines\n", blocks[0].Output)
	_, err = p.Blocks("Two")
	require.ErrorContains(t, err, `no section "Two"`)
}

func TestWhatDiffersFromRunToRunIsLeftOut(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"load   12s":                         "load AGE",
		"1m5s and 3d":                        "AGE and AGE",
		"pod load-x7k2p said":                "pod load-POD said",
		"at 2026-11-30T12:00:00Z  ":          "at TIME",
		"done in 5m, or at any time":         "done SOON, or SOON",
		"0/3 nodes are available":            "NODES nodes are available",
		"extract and load, 2 of 3":           "extract and load, 2 of 3",
		"NAME   STATE\nload   ○ waiting  \n": "NAME STATE\nload ○ waiting\n",
	} {
		require.Equal(t, want, Normal(text), text)
	}
}
