package lang

import (
	"flag"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// readGolden returns the inputs of a golden file and what it wants for each.
// A case is a line "=== " with a quoted input, and what follows it. To add one,
// add its first line and run the test with -update.
func readGolden(t testing.TB, file string) (inputs, wants []string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, block := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		first, want, _ := strings.Cut(block, "\n")
		input, err := strconv.Unquote(first)
		require.NoError(t, err, first)
		inputs, wants = append(inputs, input), append(wants, strings.TrimSuffix(want, "\n"))
	}
	return inputs, wants
}

func TestEveryMistakeIsDrawnExactly(t *testing.T) {
	const file = "testdata/errors.golden"
	inputs, wants := readGolden(t, file)
	require.GreaterOrEqual(t, len(inputs), 120)
	var b strings.Builder
	for i, input := range inputs {
		_, err := Parse(input)
		require.Error(t, err, "%q", input)
		if !*update {
			require.Equal(t, wants[i], err.Error(), "%q", input)
		}
		b.WriteString("=== " + strconv.Quote(input) + "\n" + err.Error() + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
}
