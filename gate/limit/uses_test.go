package limit

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseUses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"licence":                     "etl/licence=1",
		"licence=2, db":               "etl/db=1, etl/licence=2",
		" ops/gpu = 4 ,db=2147483647": "etl/db=2147483647, ops/gpu=4",
		"A.b_c-1=1":                   "etl/A.b_c-1=1",
	} {
		needs, err := ParseUses(text, "etl")
		require.NoError(t, err, text)
		require.Equal(t, want, needs.String(), text)
	}
	for text, want := range map[string]string{
		"":                                  `"": a limit is missing; write it as in: licence=2, db`,
		"a,,b":                              `"a,,b": a limit is missing; write it as in: licence=2, db`,
		"a, a=2":                            `"a=2": a is named twice; write one number for both`,
		"etl/a, a":                          `"a": a is named twice; write one number for both`,
		"a=0":                               `"a=0": "0" is not a number of tokens, from 1 to 2147483647`,
		"a=2147483648":                      `"a=2147483648": "2147483648" is not a number of tokens, from 1 to 2147483647`,
		"a=-1":                              `"a=-1": "-1" is not a number of tokens, from 1 to 2147483647`,
		"a=1.5":                             `"a=1.5": "1.5" is not a number of tokens, from 1 to 2147483647`,
		"a=":                                `"a=": "" is not a number of tokens, from 1 to 2147483647`,
		"licence 2":                         `"licence 2": "licence 2" is not the name of a limit, which has letters, digits, -, _ and . only`,
		"Ops/gpu":                           `"Ops/gpu": "Ops" is not the name of a namespace`,
		"ops/":                              `"ops/": "" is not the name of a limit, which has letters, digits, -, _ and . only`,
		"a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q": "it names more than 16 limits",
		"a=99999999999999999":               `"a=99999999999999999": "99999999999999999" is not a number of tokens, from 1 to 2147483647`,
	} {
		_, err := ParseUses(text, "etl")
		require.EqualError(t, err, want, text)
	}
}

func TestNeedsOfManyPods(t *testing.T) {
	t.Parallel()
	needs, err := ParseUses("licence=2, db=2147483647", "n")
	require.NoError(t, err)
	require.Equal(t, "n/db=6442450941, n/licence=6", needs.Times(3).String())
	require.Equal(t, "n/db=1099511627776, n/licence=200000", needs.Times(100_000).String())
	require.Equal(t, "n/db=0, n/licence=0", needs.Times(0).String())
	less, err := ParseUses("licence=9, gpu", "n")
	require.NoError(t, err)
	require.Equal(t, "n/db=2147483647, n/gpu=1, n/licence=9", needs.Larger(less).String())
}

func FuzzParseUses(f *testing.F) {
	for _, text := range []string{"licence=2, db", "ops/gpu=1", "a=,", "/=/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		needs, err := ParseUses(text, "n")
		if err != nil {
			return
		}
		again, err := ParseUses(needs.String(), "other")
		require.NoError(t, err)
		require.Equal(t, needs, again)
	})
}
