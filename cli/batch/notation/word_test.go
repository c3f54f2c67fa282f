package notation

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWordsAreSplitAsAShellDoes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		``:                    nil,
		` -J sim`:             {"-J", "sim"},
		`-w 'done("a b")' -x`: {"-w", `done("a b")`, "-x"},
		`-w "ended(\"b*\")"`:  {"-w", `ended("b*")`},
		`--comment=a\ b # c`:  {"--comment=a b"},
		`-o a#b`:              {"-o", "a#b"},
		`-e ''`:               {"-e", ""},
		`"a"'b'c`:             {"abc"},
		`"C:\temp"`:           {`C:\temp`},
		`a\`:                  {`a\`},
		"\t-t\t1-10\r":        {"-t", "1-10"},
	} {
		list, err := Words(text)
		require.NoError(t, err, text)
		var texts []string
		for _, w := range list {
			texts = append(texts, w.Text)
		}
		require.Equal(t, want, texts, text)
	}
	_, err := Words(`-w 'done(a)`)
	require.ErrorIs(t, err, errOpenQuote)
}
