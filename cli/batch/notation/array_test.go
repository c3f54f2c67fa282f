package notation

import (
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestTheTextOfAnArray(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		canonical string
		numbers   []int
		limit     int
	}{
		"5":                      {"5", []int{5}, 0},
		"0-3":                    {"0-3", []int{0, 1, 2, 3}, 0},
		"1-10:4":                 {"1-10:4", []int{1, 5, 9}, 0},
		"1,3,7-9":                {"1,3,7-9", []int{1, 3, 7, 8, 9}, 0},
		"0-9%2":                  {"0-9", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 2},
		"7-9,1,3,8":              {"1,3,7-9", []int{1, 3, 7, 8, 9}, 0},
		" 1 , 2 ":                {"1-2", []int{1, 2}, 0},
		"10-20:5,1-3":            {"1-3,10-20:5", []int{1, 2, 3, 10, 15, 20}, 0},
		"4-4":                    {"4", []int{4}, 0},
		"1-2,3-4%1":              {"1-4", []int{1, 2, 3, 4}, 1},
		"2147483646-99999999999": {},
		"":                       {},
		"a":                      {},
		"1-":                     {},
		"-1":                     {},
		"3-1":                    {},
		"1-10:0":                 {},
		"5:2":                    {},
		"1-10%0":                 {},
		"1-10%":                  {},
		"1-10%x":                 {},
		"1,,2":                   {},
		"1-100001":               {},
		"1-99999,0-99999":        {},
		"0x10":                   {},
		"1 2":                    {},
	} {
		numbers, limit, err := ParseArray(text)
		if want.numbers == nil {
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want.numbers, numbers.All(), text)
		require.Equal(t, want.canonical, numbers.String(), text)
		require.Equal(t, want.limit, limit, text)
	}
}

func genNumbering(t *rapid.T) Numbering {
	if rapid.Bool().Draw(t, "single") {
		first, step := rapid.IntRange(0, 1000).Draw(t, "first"), rapid.IntRange(1, 12).Draw(t, "step")
		return Numbering{{first, first + rapid.IntRange(0, 200).Draw(t, "more"), step}}
	}
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(0, 300), 1, 60, rapid.ID).Draw(t, "numbers")
	slices.Sort(numbers)
	return asRuns(numbers)
}

func TestTheCanonicalTextOfAnArrayIsReadAsTheSameNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := genNumbering(t)
		again, err := ParseNumbering(n.String())
		require.NoError(t, err)
		require.Equal(t, n.All(), again.All())
		require.Equal(t, again.String(), n.String())
		require.Equal(t, n.Len(), len(n.All()))
		for k, number := range n.All() {
			index, ok := n.Index(number)
			require.True(t, ok)
			require.Equal(t, k, index)
		}
		other := rapid.IntRange(0, 1300).Draw(t, "other")
		_, has := n.Index(other)
		require.Equal(t, slices.Contains(n.All(), other), has)
	})
}

// TestTheShellFindsTheNumber runs the commands that compute it, for every
// element, in a real shell.
func TestTheShellFindsTheNumber(t *testing.T) {
	t.Parallel()
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	for _, text := range []string{
		"1-20", "5", "0-90:10", "1990-2020:10", "1,3,7-9", "3,7,12-15,40", "1-3,10-20:5", "7,19,22,31,44,57,58,59,70,91,120,133",
		"0-2,5,100-130:7,999", "1-3,2000000000",
	} {
		numbers, err := ParseNumbering(text)
		require.NoError(t, err)
		script := numbers.Shell()
		if len(numbers) > 1 {
			require.LessOrEqual(t, len(script), len(numbers.chain()))
			for _, way := range []string{numbers.chain(), numbers.walk()} {
				requireNumbers(t, sh, numbers, way)
			}
		}
		requireNumbers(t, sh, numbers, script)
	}
}

func requireNumbers(t *testing.T, sh string, numbers Numbering, script string) {
	t.Helper()
	var all strings.Builder
	for k := range numbers.Len() {
		fmt.Fprintf(&all, "(\n%s=%d\n%s\necho $%s\n)\n", indexVariable, k, script, TaskVariable)
	}
	cmd := exec.Command(sh, "-eu")
	cmd.Stdin = strings.NewReader(all.String())
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	var want strings.Builder
	for _, n := range numbers.All() {
		want.WriteString(strconv.Itoa(n) + "\n")
	}
	require.Equal(t, want.String(), string(out), script)
}

func FuzzTheTextOfAnArray(f *testing.F) {
	for _, seed := range []string{"1-100:10", "1,3,7-9%5", "0-0", "1-", "9999999999999999999", "%", ",", "1-1:1-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		numbers, limit, err := ParseArray(text)
		if err != nil {
			return
		}
		require.Positive(t, numbers.Len())
		require.LessOrEqual(t, numbers.Len(), maxElements)
		require.GreaterOrEqual(t, limit, 0)
		again, err := ParseNumbering(numbers.String())
		require.NoError(t, err)
		require.Equal(t, numbers.All(), again.All())
	})
}
