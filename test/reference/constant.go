package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// constant is a constant of the code whose value is a text.
type constant struct {
	name, value string
	// text is its comment, without its name.
	text string
}

// constants returns those of the packages in some directories, by their values.
func constants(root string, dirs ...string) ([]constant, error) {
	var found []constant
	err := sources(root, dirs, func(_ string, file *ast.File) {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.CONST {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.ValueSpec)
				if len(spec.Values) != 1 {
					continue
				}
				literal, ok := spec.Values[0].(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					continue
				}
				comment := spec.Doc
				if comment == nil && len(decl.Specs) == 1 {
					comment = decl.Doc
				}
				value, err := strconv.Unquote(literal.Value)
				if err == nil {
					name := spec.Names[0].Name
					found = append(found, constant{name, value, meaning(name, comment.Text())})
				}
			}
		}
	})
	slices.SortFunc(found, func(a, b constant) int {
		return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.name, b.name))
	})
	return found, err
}

// sources calls a function with each file of some directories and those in them,
// tests left out.
func sources(root string, dirs []string, visit func(path string, file *ast.File)) error {
	for _, dir := range dirs {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return filepath.SkipDir
			case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
				return nil
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			visit(path, file)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// meaning returns a comment in one line, without the name that it begins with.
func meaning(name, comment string) string {
	text := strings.Join(strings.Fields(comment), " ")
	text = strings.TrimLeft(strings.TrimPrefix(text, name), ":, ")
	text = strings.TrimPrefix(strings.TrimPrefix(text, "is "), "means that ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// prefix begins all that depctl reads and writes on objects.
const prefix = "depctl.dev/"

// kinds says by the end of a constant's name what its value is the name of.
var kinds = []struct{ suffix, kind string }{
	{"Annotation", "annotation"}, {"Label", "label"}, {"Finalizer", "finalizer"}, {"SchedulingGate", "scheduling gate"}, {"ConditionType", "condition"},
}

// keyTable lists what depctl reads and writes on objects.
func keyTable(root string) (string, error) {
	all, err := constants(root, "gate", "cli")
	if err != nil {
		return "", err
	}
	table := row("key", "what it is", "meaning") + "|---|---|---|\n"
	for _, c := range all {
		at := slices.IndexFunc(kinds, func(k struct{ suffix, kind string }) bool {
			return strings.HasSuffix(strings.ToLower(c.name), strings.ToLower(k.suffix))
		})
		if at < 0 || !strings.HasPrefix(c.value, prefix) {
			continue
		}
		if c.text == "" {
			return "", fmt.Errorf("%s has no comment", c.name)
		}
		table += row("`"+c.value+"`", kinds[at].kind, named(c.text, all))
	}
	return table, nil
}

// reasonTable lists the reasons of conditions and events.
func reasonTable(root string) (string, error) {
	all, err := constants(root, "gate")
	if err != nil {
		return "", err
	}
	table := row("reason", "meaning") + "|---|---|\n"
	for _, c := range all {
		if !strings.HasPrefix(c.name, "Reason") {
			continue
		}
		if c.text == "" {
			return "", fmt.Errorf("%s has no comment", c.name)
		}
		table += row("`"+c.value+"`", named(c.text, all))
	}
	return table, nil
}

// named puts the values of constants in place of their names.
func named(text string, all []constant) string {
	return regexp.MustCompile(`\b[A-Z]\w+\b`).ReplaceAllStringFunc(text, func(word string) string {
		for _, c := range all {
			if c.name == word && strings.HasPrefix(c.value, prefix) {
				return "`" + c.value + "`"
			}
		}
		return word
	})
}
