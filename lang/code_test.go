package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documentedCodes returns the codes of a file with the examples in their
// comments.
func documentedCodes(t *testing.T, file string) map[Code][]string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	require.NoError(t, err)
	codes := map[Code][]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		require.NotNil(t, spec.Doc, "%s has no comment", value)
		require.True(t, strings.HasPrefix(spec.Doc.Text(), spec.Names[0].Name+": "), "%s: the comment begins with the name", value)
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", value)
		require.NotContains(t, codes, Code(value))
		codes[Code(value)] = nil
		for _, line := range strings.Split(spec.Doc.Text(), "\n") {
			if example, ok := strings.CutPrefix(line, "Example: "); ok {
				if plain, err := strconv.Unquote(example); err == nil {
					example = plain
				}
				codes[Code(value)] = append(codes[Code(value)], example)
			}
		}
		return false
	})
	return codes
}

func TestTheExampleOfEveryCodeYieldsThatCodeAlone(t *testing.T) {
	tooLarge := map[Code]string{
		TooLong:        strings.Repeat("a", MaxText+1),
		TooManyTargets: strings.Repeat("a,", MaxTargets+1),
	}
	for code, examples := range documentedCodes(t, "code.go") {
		if text, ok := tooLarge[code]; ok {
			examples = append(examples, text)
		}
		require.NotEmpty(t, examples, "%s has no example", code)
		for _, example := range examples {
			_, err := Parse(example)
			var found *Diagnostics
			require.ErrorAs(t, err, &found, "%s: %s", code, clip(example))
			require.Len(t, found.List, 1, "%s: %v", code, err)
			require.Equal(t, code, found.List[0].Code, "%v", err)
			require.Equal(t, Error, found.List[0].Severity)
		}
	}
}
