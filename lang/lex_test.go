package lang

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheLexerReadsFourModes(t *testing.T) {
	read := func(d dialect, text string) string {
		kinds := map[int]string{}
		for name, kind := range d.Symbols() {
			kinds[int(kind)] = name
		}
		var list []string
		for _, token := range d.tokens(text, 0, &report{}).list {
			require.Equal(t, token.Value, text[token.Pos.Offset:token.Pos.Offset+len(token.Value)])
			list = append(list, kinds[int(token.Type)]+" "+token.Value)
		}
		return strings.Join(list, "|")
	}
	for text, want := range map[string]string{
		"and-then and etl/a":        "Name and-then|Joint and|Name etl/a|EOF ",
		"failed(a, reason = X)":     "Call failed(|Name a|Joint ,|Setting reason = X|Close )|EOF ",
		"failed (a)":                "Name failed|Open (|Name a|Close )|EOF ",
		"a[i - 1 .. i], b":          "Name a|Indexes [i - 1 .. i]|Joint ,|Name b|EOF ",
		"{a in (b)}[*] >= 90% + 1d": "Name {a in (b)}|Indexes [*]|Compare >=|Name 90|Percent %|Plus +|Name 1d|EOF ",
		`job:etl/"and"`:             `Name job:etl/"and"|EOF `,
		"time( x ) or time":         "Time time( x )|Joint or|Name time|EOF ",
		"(a":                        "Open (|Name a|Close |EOF ",
		"a) b":                      "Name a|Junk )|Name b|EOF ",
		"a[3\nb":                    "Name a|Junk [3|Name b|EOF ",
		"{x\ny":                     "Junk {x|Name y|EOF ",
		"a@ + 1m, x/b@k_1":          "Name a@|Plus +|Name 1m|Joint ,|Name x/b@k_1|EOF ",
		"a@+1m":                     "Name a@|Plus +|Name 1m|EOF ",
		"cronjob:a@+1+1m":           "Name cronjob:a@+1|Plus +|Name 1m|EOF ",
		`"a@b"@k, {x=y}@+2[i]`:      `Name "a@b"@k|Joint ,|Name {x=y}@+2|Indexes [i]|EOF `,
		`f(a, result="x@y")`:        `Call f(|Name a|Joint ,|Setting result="x@y"|Close )|EOF `,
		"not a == 3":                "Not not|Name a|Compare ==|Name 3|EOF ",
	} {
		require.Equal(t, want, read(textDialect, text), text)
	}
	require.Equal(t, "Begin [|Integer 10|Star *|Variable i|Dots ..|Open (|Variable i|Sum +|Integer 1|Close )|Slash /|Integer 2|Colon :|Integer 3|Comma ,|Junk ix|End ]|EOF ",
		read(indexDialect, "[10*i .. (i+1)/2:3, ix]"))
}
