package lang

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAMistakeInALongLineFitsAnEvent pins that what is drawn of each mistake
// stays short, however long the line and the words of the user: the note of an
// event holds 1,024 bytes.
func TestAMistakeInALongLineFitsAnEvent(t *testing.T) {
	inputs, _ := readGolden(t, "testdata/errors.golden")
	for _, word := range []string{"A", "9", "x", "数", "$", "a[", "A_b ", "not ", "a and "} {
		long := strings.Repeat(word, 3000/len(word))
		inputs = append(inputs, long, long+"(a)", "failed(a, "+long+"=3)", "failed(a, reason="+long+"$)", "a >= "+long, "a + "+long,
			"time("+long+")", "a["+long+"]", "{"+long+"}", long+":a", "\""+long+"\"", long+"/a", "not "+long+" + 10m", long+" >= 1", "("+long+") >= 1",
			"failed("+long+", b)", "i-"+long, "a, b or "+long)
	}
	names := strings.Repeat("some-job, ", 150)
	for _, input := range inputs {
		for _, text := range []string{input, names + strings.ReplaceAll(input, "\n", " ") + ", " + names} {
			_, err := Parse(text)
			if err == nil {
				continue
			}
			var all *Diagnostics
			require.ErrorAs(t, err, &all)
			for _, d := range all.List {
				drawn := Source{Name: "depends-on", Text: all.Text}.Draw([]Diagnostic{d})
				require.LessOrEqual(t, len(drawn), 1024, "%s\n%.200q", drawn, input)
			}
		}
	}
}

func TestALongLineIsCutAroundThePlace(t *testing.T) {
	names := strings.Repeat("some-job, ", 150)
	_, err := Parse(names + "suceeded(load), " + names)
	require.EqualError(t, err, `depends-on:1:1501: unknown status "suceeded" [unknown-status]
  ...some-job, some-job, some-job, some-job, some-job, suceeded(load), some-job, some-job, some-job, some...
                                                       ^~~~~~~~
  did you mean "succeeded"?`)
}
