package main

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// printed are the commands that print JSON, each with the type of what it prints, by its
// directory. Of several things it prints an object with items.
var printed = []struct {
	command, dir, name string
	several            bool
}{
	{"check", "cli/check", "checkJSON", false},
	{"explain", "cli/explanation", "Explanation", true},
	{"explain cronjob/NAME", "cli/explanation", "CronJob", true},
	{"get", "cli/get", "item", true},
	{"graph", "cli/picture", "graphJSON", false},
	{"kinds", "cli/kinds", "kindJSON", true},
	{"limits", "cli/limits", "limitJSON", true},
	{"lint", "cli/internal/manifest", "FindingJSON", true},
	{"parse", "cli/parse", "parsedJSON", false},
	{"plan", "cli/plan", "planJSON", false},
	{"runs", "cli/runs", "runJSON", true},
	{"status", "cli/status", "statusJSON", false},
	{"version", "cli/internal/command", "Build", false},
}

// structs are the struct types of some directories, by "dir.Name".
type structs map[string]*ast.StructType

// jsonPage returns a table of the fields of each.
func jsonPage(root string) (string, error) {
	known := structs{}
	if err := known.read(root); err != nil {
		return "", err
	}
	var b strings.Builder
	w := &fields{structs: known, out: &b, written: map[string]bool{}}
	for _, p := range printed {
		of, there := known[p.dir+"."+p.name]
		if !there {
			return "", fmt.Errorf("there is no struct %s in %s", p.name, p.dir)
		}
		fmt.Fprintf(&b, "\n## depctl %s\n\n", p.command)
		if p.several {
			b.WriteString("`items` of what follows.\n\n")
		}
		w.write(p.dir, p.name, of)
	}
	return b.String() + "\n", nil
}

func (s structs) read(root string) error {
	return sources(root, []string{"cli", "lang", "gate"}, func(path string, file *ast.File) {
		dir := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(path), filepath.Clean(root)+string(filepath.Separator)))
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, is := n.(*ast.TypeSpec); is {
				if of, is := spec.Type.(*ast.StructType); is {
					s[dir+"."+spec.Name.Name] = of
				}
			}
			return true
		})
	})
}

// fields writes a table of the fields of each struct once, below the first command that has it.
type fields struct {
	structs
	out     *strings.Builder
	written map[string]bool
}

func (w *fields) write(dir, name string, of *ast.StructType) {
	w.out.WriteString(row("field", "type", "meaning") + "|---|---|---|\n")
	w.written[dir+"."+name] = true
	names := map[string]string{}
	var inside []func()
	for _, f := range of.Fields.List {
		if field, _ := tagOf(f); field != "" {
			names[f.Names[0].Name] = field
		}
	}
	for _, f := range of.Fields.List {
		field, optional := tagOf(f)
		if field == "" {
			continue
		}
		in, inName, inner := w.find(dir, f.Type)
		kind := kindOf(f.Type, objectName(inName), inner != nil)
		if optional {
			kind += ", or left out"
		}
		w.out.WriteString(row("`"+field+"`", kind, inJSON(f.Doc.Text()+" "+f.Comment.Text(), names)))
		if key := in + "." + inName; inner != nil && !w.written[key] {
			w.written[key] = true
			inside = append(inside, func() {
				fmt.Fprintf(w.out, "\n%s:\n\n", objectName(inName))
				w.write(in, inName, inner)
			})
		}
	}
	for _, write := range inside {
		write()
	}
}

// tagOf returns the name of a field in JSON, empty if it has none.
func tagOf(f *ast.Field) (name string, optional bool) {
	if f.Tag == nil {
		return "", false
	}
	tag, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return "", false
	}
	name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
	return strings.TrimPrefix(name, "-"), strings.Contains(options, "omitempty")
}

// objectName returns what the page calls a struct.
func objectName(name string) string {
	name = strings.TrimSuffix(name, "JSON")
	return strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):]
}

var word = regexp.MustCompile(`\b(?:an? |the )?[A-Z][A-Za-z]*`)

// inJSON returns a comment with the names that fields have in JSON.
func inJSON(comment string, names map[string]string) string {
	comment = strings.NewReplacer("gate.State", "the states", "lang.ProblemCode", "the codes of problems", "schedule.Absence", "the reasons for which there is no run").Replace(comment)
	return word.ReplaceAllStringFunc(strings.Join(strings.Fields(comment), " "), func(w string) string {
		if name, is := names[w]; is {
			return "`" + name + "`"
		}
		return w
	})
}

// find returns the struct that a type is made of, nil if it is of none that is known.
func (w *fields) find(dir string, of ast.Expr) (in, name string, found *ast.StructType) {
	switch t := of.(type) {
	case *ast.StarExpr:
		return w.find(dir, t.X)
	case *ast.ArrayType:
		return w.find(dir, t.Elt)
	case *ast.MapType:
		return w.find(dir, t.Value)
	case *ast.Ident:
		return dir, t.Name, w.structs[dir+"."+t.Name]
	case *ast.SelectorExpr:
		of, is := t.X.(*ast.Ident)
		for key, found := range w.structs {
			at := strings.LastIndex(key, ".")
			if is && key[at+1:] == t.Sel.Name && filepath.Base(key[:at]) == of.Name {
				return key[:at], t.Sel.Name, found
			}
		}
	}
	return "", "", nil
}

// kindOf returns what JSON calls a type, of a struct by its name.
func kindOf(of ast.Expr, name string, object bool) string {
	switch t := of.(type) {
	case *ast.StarExpr:
		return kindOf(t.X, name, object)
	case *ast.ArrayType:
		return "list of " + plural(kindOf(t.Elt, name, object))
	case *ast.MapType:
		return "object of " + plural(kindOf(t.Value, name, object))
	case *ast.Ident:
		switch t.Name {
		case "bool":
			return "true or false"
		case "int", "int32", "int64", "float64":
			return "number"
		case "any":
			return "any"
		}
	case *ast.SelectorExpr:
		if t.Sel.Name == "Time" {
			return "string"
		}
	}
	if object {
		return name
	}
	return "string"
}

func plural(kind string) string {
	if kind == "string" || kind == "number" {
		return kind + "s"
	}
	return kind
}
