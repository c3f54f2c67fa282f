package manifest

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"depctl.dev/lang"
)

// requirePlaces checks every scalar of a text: read once more, it has the value
// that the YAML library found, and each byte of the value comes from a place
// with the same character, or from an escape or a line break that stands for it.
// It returns how many scalars there were.
func requirePlaces(t require.TestingT, text string) (scalars int) {
	documents, _ := NewManifest("test.yaml", []byte(text)).documents()
	for _, d := range documents {
		seen := map[*yaml.Node]bool{}
		var visit func(n *yaml.Node)
		visit = func(n *yaml.Node) {
			if seen[n] || n.Kind == yaml.AliasNode {
				return
			}
			seen[n] = true
			for _, inside := range n.Content {
				visit(inside)
			}
			if n.Kind == yaml.ScalarNode && (n.Value != "" || n.Style&^yaml.TaggedStyle != 0) {
				requirePlacesOf(t, d, n)
				scalars++
			}
		}
		visit(d.root)
	}
	return scalars
}

func showSpan(m *Manifest, span lang.Span) string {
	line, column := m.Lines.position(span.Start)
	endLine, endColumn := m.Lines.position(span.End)
	return fmt.Sprintf("%d:%d-%d:%d", line, column, endLine, endColumn)
}

func requirePlacesOf(t require.TestingT, d *document, n *yaml.Node) {
	s := readScalar(d.text, afterProperties(d.text, d.offset(n)), n)
	if d.json && n.Tag != "!!str" {
		return // numbers are kept as they are written, true and false are words
	}
	require.Equal(t, n.Value, string(s.value), "line %d, column %d", n.Line, n.Column)
	last := s.begin
	for i, r := range n.Value {
		from, to := s.from[i], s.to[i]
		require.GreaterOrEqual(t, from, last, "places never go back")
		require.Greater(t, to, from)
		require.LessOrEqual(t, to, s.end)
		last = from
		source, size := utf8.DecodeRuneInString(d.text[from:])
		width, _ := lineBreak(d.text[from:])
		switch {
		case source == r && to == from+size:
		case width > 0:
			require.Contains(t, " \n\u2028\u2029", string(r))
			require.Equal(t, from+width, to)
		case n.Style&yaml.SingleQuotedStyle != 0:
			require.Equal(t, '\'', r)
			require.Equal(t, "''", d.text[from:to])
		default:
			require.Equal(t, '\\', source, "%q comes from %q", r, d.text[from:to])
			require.NotZero(t, n.Style&yaml.DoubleQuotedStyle)
		}
	}
}

func TestEveryByteOfAValueHasItsPlace(t *testing.T) {
	t.Parallel()
	scalars := 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawManifest(t)
		scalars += requirePlaces(t, text)
	})
	require.Greater(t, scalars, 100, "most of what is drawn must be YAML")
}

// drawManifest draws a map with values of all styles, at some depth.
func drawManifest(t *rapid.T) string {
	newline := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\r"}).Draw(t, "newline")
	var b strings.Builder
	b.WriteString(rapid.SampledFrom([]string{"", "\ufeff", "# comment é\n", "---\n", "%YAML 1.1\n---\n", "a: b\n---\n"}).Draw(t, "head"))
	indent := ""
	for range rapid.IntRange(0, 3).Draw(t, "depth") {
		b.WriteString(indent + rapid.SampledFrom([]string{"key:\n", "\"schlüssel\": # comment\n"}).Draw(t, "parent"))
		indent += strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent"))
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "values") {
		b.WriteString(indent + strings.Repeat("k", i+1) + ": " + drawScalar(t, indent) + "\n")
	}
	return strings.ReplaceAll(b.String(), "\n", newline)
}

func drawScalar(t *rapid.T, indent string) string {
	property := rapid.SampledFrom([]string{"", "", "", "", "!!str ", "&anchor ", "!tag &a\t", "!!str # comment\n " + indent}).Draw(t, "property")
	piece := rapid.SampledFrom([]string{
		"a", "b", "é", "日本", "😀", "extract, ", "x[i]", "(", ")", " ", "  ", "\t", ",", "'", "''", "#", " #c", "*", "\u2028", "\u0085",
		`\n`, `\t`, `\"`, `\\`, `\x41`, `\u00e9`, `\U0001F600`, `\/`, `\ `, `\_`, `\N`, "\\\n" + indent + "  ",
		"\n" + indent, "\n" + indent + " ", "\n" + indent + "  ", "\n\n" + indent + "  ", "\n \n" + indent + "   ", " \n\t\n" + indent + "  ",
	})
	text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "text"), "")
	switch rapid.IntRange(0, 5).Draw(t, "style") {
	case 0:
		return property + "p" + text
	case 1:
		return property + `"` + strings.ReplaceAll(text, `\"`, "Q") + `"`
	case 2:
		return property + "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case 3:
		return "{f: p" + text + ", g: \"" + text + "\", h}"
	default:
		header := rapid.SampledFrom([]string{">", "|", ">-", "|-", ">+", "|+", ">2", "|1-", ">-2", "|+1", "> # comment", "|- # comment"}).Draw(t, "header")
		return property + header + "\n" + indent + rapid.SampledFrom([]string{"  ", " ", "    ", "\n" + indent + "  "}).Draw(t, "first") + text
	}
}

func TestSpansOfValues(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ yaml, part, want string }{
		"plain":                      {"a: b, c", "c", "1:7-1:8"},
		"plain, over lines":          {"a: b,\n   ccc", "ccc", "2:4-2:7"},
		"plain, after empty lines":   {"a: b,\n\n\n   c", "c", "4:4-4:5"},
		"characters, not bytes":      {"é: 日本, c", "c", "1:8-1:9"},
		"single quotes":              {"a: 'x''y, c'", "c", "1:11-1:12"},
		"double quotes":              {`a: "b, c"`, "c", "1:8-1:9"},
		"an escape":                  {`a: "b\x2C\u0063"`, "c", "1:10-1:16"},
		"an escape, the whole of it": {`a: "bé\u00e9c"`, "é\u00e9", "1:6-1:13"},
		"an escaped line break":      {"a: \"b\\\n     c\"", "c", "2:6-2:7"},
		"folded":                     {"a: >-\n  b,\n  c\n", "c", "3:3-3:4"},
		"folded, the line break":     {"a: >-\n  b\n  c\n", " ", "2:4-3:1"},
		"literal":                    {"a: |\n    b,\n      c\n", "c", "3:7-3:8"},
		"literal, given indentation": {"a: |2-\n    b,\n  c\n", "c", "3:3-3:4"},
		"carriage returns":           {"a: >-\r\n  b,\r\n  c\r\n", "c", "3:3-3:4"},
		"a byte order mark":          {"\ufeffa: c", "c", "1:4-1:5"},
		"tabs count one":             {"a:\tb,\tc", "c", "1:7-1:8"},
		"a tag and an anchor":        {"a: !!str &x # why\n  'c'", "c", "2:4-2:5"},
		"JSON":                       {`{"a": "\/\ud83d\ude00\u0041c"}`, "c", "1:28-1:29"},
		"JSON, two escapes":          {`{"a": "\/\ud83d\ude00c"}`, "😀", "1:10-1:22"},
		"many documents":             {"---\nx: y\n--- # here\na: c\n", "c", "4:4-4:5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := NewManifest("test.yaml", []byte(test.yaml))
			documents, failures := m.documents()
			require.Empty(t, failures)
			d := documents[len(documents)-1]
			n := d.root.Content[0].Content[1]
			s := readScalar(d.text, afterProperties(d.text, d.offset(n)), n)
			require.Equal(t, n.Value, string(s.value))
			start := strings.Index(n.Value, test.part)
			require.GreaterOrEqual(t, start, 0, n.Value)
			span := s.span(lang.Span{Start: start, End: start + len(test.part)})
			require.Equal(t, test.want, showSpan(m, span))
		})
	}
}

func FuzzPositions(f *testing.F) {
	for _, seed := range []string{
		"a: b, c", "a: 'x''y'", `a: "b\x41\u00e9\U0001F600\` + "\n" + ` c"`, "a: >-\n  b\n  c\n", "a: |2+\n    b\n\n", "a: >\n\n  b\n   c\n\n  d\n",
		"a:\r\n - b\r\n - |\r\n  c\r\n", "\ufeffa: b", "a: &x !t b\nc: *x\n", "{a: b, c}", `{"a": "\/\ud83d\ude00"}`, "a: b\n...\nc: d\n", "? a\n: |\n  b\n",
		"a: b\u0085  c\u2028d", "--- >1\n x\n--- 'y'\n", "&0:0",
	} {
		f.Add(seed)
	}
	for _, value := range []string{"a, B", "!a", "*a", "&a b", "{a, b}", "[a, b]", "12", "yes", "a[i], {", "'a' or b", ">-\n   a,\n   B", "\"a\\x41, \\\n  shard-*\""} {
		f.Add("kind: Job\nmetadata:\n annotations:\n  depctl.dev/depends-on: " + value)
		f.Add("{kind: Job, metadata: {annotations: {depctl.dev/depends-on: " + value + "}}}")
	}
	f.Fuzz(func(t *testing.T, text string) {
		requirePlaces(t, text)
	})
}
