package lang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// documented is what the comment of a code says.
type documented struct{ code, text, example string }

// documentedCodes returns the codes of a file with what their comments say.
func documentedCodes(t *testing.T, file string) (codes []documented) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
	require.NoError(t, err)
	seen := map[string]bool{}
	ast.Inspect(tree, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		require.NoError(t, err)
		require.NotNil(t, spec.Doc, "%s has no comment", code)
		text, ok := strings.CutPrefix(spec.Doc.Text(), spec.Names[0].Name+": ")
		require.True(t, ok, "%s: the comment begins with the name", code)
		require.Regexp(t, "^[a-z0-9]+(-[a-z0-9]+)*$", code)
		require.False(t, seen[code], code)
		seen[code] = true
		text, example, _ := strings.Cut(text, "\nExample: ")
		codes = append(codes, documented{code, strings.Join(strings.Fields(text), " "), strings.TrimSpace(example)})
		return false
	})
	return codes
}

func TestTheTextsOfCodesAreTheirComments(t *testing.T) {
	const file = "code_text.go"
	want := "// Code generated from the comments of code.go and code_finding.go by go generate. DO NOT EDIT.\n\npackage lang\n\nvar codeTexts = [...]codeText{\n"
	for _, c := range append(documentedCodes(t, "code.go"), documentedCodes(t, "code_finding.go")...) {
		want += fmt.Sprintf("\t{%q, %q, %q},\n", c.code, c.text, c.example)
	}
	want += "}\n"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(want), 0o644))
		return
	}
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, want, string(got), "run go generate ./lang")
}

func TestTextOfACode(t *testing.T) {
	require.Equal(t, "two checks stand side by side.", MissingComma.Text())
	for code, want := range map[Code]string{Empty: "", Unclosed: "(a or b", TooLong: "none", "no-such-code": "none"} {
		example, ok := code.Example()
		require.Equal(t, want != "none", ok, code)
		require.Equal(t, strings.TrimPrefix(want, "none"), example)
	}
	require.Empty(t, Code("no-such-code").Text())
	require.Contains(t, Codes(), NoSuchElement)
}

func TestTheExampleOfEveryCodeYieldsThatCodeAlone(t *testing.T) {
	tooLarge := map[Code]string{
		TooLong:        strings.Repeat("a", MaxText+1),
		TooManyTargets: strings.Repeat("a,", MaxTargets+1),
	}
	for _, c := range documentedCodes(t, "code.go") {
		code := Code(c.code)
		example, ok := tooLarge[code]
		if !ok {
			example, ok = code.Example()
			require.True(t, ok, "%s has no example", code)
		}
		_, err := Parse(example)
		var found *Diagnostics
		require.ErrorAs(t, err, &found, "%s: %s", code, clip(example))
		require.Len(t, found.List, 1, "%s: %v", code, err)
		require.Equal(t, code, found.List[0].Code, "%v", err)
		require.Equal(t, Error, found.List[0].Severity)
	}
}
