package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// metricTable lists the metrics of the gate: each call of metrics.NewCounter,
// NewGauge or NewHistogram, with or without labels, where
// that is the package of Kubernetes.
func metricTable(root string) (string, error) {
	var rows []string
	var wrong error
	err := sources(root, []string{"gate"}, func(_ string, file *ast.File) {
		if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"k8s.io/component-base/metrics"` }) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || fmt.Sprint(fun.X) != "metrics" || !strings.HasPrefix(fun.Sel.Name, "New") || len(call.Args) == 0 {
				return true
			}
			fields := textFields(call.Args[0])
			kind := strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(fun.Sel.Name, "New"), "Vec"))
			name := strings.Join([]string{fields["Namespace"], fields["Subsystem"], fields["Name"]}, "_")
			if fields["Name"] == "" || fields["Help"] == "" {
				wrong = fmt.Errorf("a %s has no name or no help text that can be read here: %s", kind, name)
			}
			if len(call.Args) > 1 {
				name += "{" + strings.Join(textsOf(call.Args[1]), ",") + "}"
			}
			rows = append(rows, row("`"+name+"`", kind, fields["Help"]))
			return false
		})
	})
	if err == nil {
		err = wrong
	}
	slices.Sort(rows)
	return row("metric", "type", "meaning") + "|---|---|---|\n" + strings.Join(rows, ""), err
}

// textFields returns the fields of a literal, or a pointer to one, that are texts.
func textFields(e ast.Expr) map[string]string {
	fields := map[string]string{}
	if pointer, ok := e.(*ast.UnaryExpr); ok {
		e = pointer.X
	}
	literal, ok := e.(*ast.CompositeLit)
	if !ok {
		return fields
	}
	for _, element := range literal.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			if texts := textsOf(pair.Value); len(texts) == 1 {
				fields[fmt.Sprint(pair.Key)] = texts[0]
			}
		}
	}
	return fields
}

// textsOf returns a text, or those of a list.
func textsOf(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); e.Kind == token.STRING && err == nil {
			return []string{text}
		}
	case *ast.CompositeLit:
		var texts []string
		for _, element := range e.Elts {
			texts = append(texts, textsOf(element)...)
		}
		return texts
	}
	return nil
}
