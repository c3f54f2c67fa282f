package monitoring

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Query is one query in PromQL and where it stands.
type Query struct{ Where, Text string }

// Queries returns the queries of dashboard.json and rules.yaml in a directory.
func Queries(dir string) ([]Query, error) {
	var board any
	text, err := os.ReadFile(filepath.Join(dir, "dashboard.json"))
	if err != nil {
		return nil, fmt.Errorf("reading the dashboard: %w", err)
	}
	if err := json.Unmarshal(text, &board); err != nil {
		return nil, fmt.Errorf("reading the dashboard: %w", err)
	}
	queries := find(board, "dashboard.json")
	var rules any
	if text, err = os.ReadFile(filepath.Join(dir, "rules.yaml")); err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	if err := yaml.Unmarshal(text, &rules); err != nil {
		return nil, fmt.Errorf("reading the rules: %w", err)
	}
	alerts := find(rules, "rules.yaml")
	if len(queries) == 0 || len(alerts) == 0 {
		return nil, errors.New("no queries in the dashboard or the rules")
	}
	return append(queries, alerts...), nil
}

// find returns the texts under "expr", wherever they are. title and alert say
// where that is.
func find(node any, where string) (queries []Query) {
	switch node := node.(type) {
	case []any:
		for _, item := range node {
			queries = append(queries, find(item, where)...)
		}
	case map[string]any:
		for _, key := range []string{"title", "alert"} {
			if name, ok := node[key].(string); ok {
				where += ": " + name
			}
		}
		if text, ok := node["expr"].(string); ok {
			queries = append(queries, Query{where, text})
		}
		for _, item := range node {
			queries = append(queries, find(item, where)...)
		}
	}
	return queries
}

// What is not the name of a metric in a query: labels and durations, and the
// words of the language.
var (
	labels = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)`)
	word   = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*\s*\(?`)
	words  = []string{"and", "or", "unless", "bool", "offset"}
)

// Names returns the metrics that a query names.
func Names(query string) (names []string) {
	for _, name := range word.FindAllString(labels.ReplaceAllString(query, " "), -1) {
		if name[len(name)-1] == '(' {
			continue // a function
		}
		name = regexp.MustCompile(`\s+$`).ReplaceAllString(name, "")
		if !slices.Contains(words, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Metrics returns the metrics that the queries of a directory name, with one
// place where each is.
func Metrics(dir string) (map[string]string, error) {
	queries, err := Queries(dir)
	if err != nil {
		return nil, err
	}
	metrics := map[string]string{}
	for _, query := range queries {
		for _, name := range Names(query.Text) {
			metrics[name] = query.Where
		}
	}
	return metrics, nil
}
