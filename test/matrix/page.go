package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// The files that the matrix writes, and a test reads.
const (
	results  = "test/matrix/testdata/results.json"
	pagePath = "docs/reference/compatibility.md"
)

// result is how the tests ended on a version.
type result struct {
	version
	// Tests has PASS, FAIL or SKIP by the name of the test.
	Tests map[string]string `json:"tests"`
}

// record is what is known of all versions, in the order of versions.
type record []result

func read(path string) (record, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var all record
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

func (r record) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// with returns a record in which a version has ended as given.
func (r record) with(v version, ends map[string]string) record {
	all := slices.DeleteFunc(slices.Clone(r), func(known result) bool { return known.Name == v.Name })
	all = append(all, result{v, ends})
	slices.SortFunc(all, func(a, b result) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// of returns what is known of a version, which must be the very one.
func (r record) of(v version) (result, bool) {
	i := slices.IndexFunc(r, func(known result) bool { return known.version == v })
	if i < 0 {
		return result{}, false
	}
	return r[i], true
}

// page returns the page of versions. It is an error if a version was run without a test.
func (r record) page(all []version) (string, error) {
	var b strings.Builder
	b.WriteString(`# Which Kubernetes

` + "`make matrix`" + ` runs tests of test/integration on each of these control planes, and writes this page. "yes" means that all tests of the line
pass there, on kube-apiserver, kube-controller-manager and kube-scheduler of that release. Nothing is claimed of a version that was not run.

`)
	b.WriteString("| |")
	for _, v := range all {
		fmt.Fprintf(&b, " %s |", v.Name)
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(all)) + "\n| tested release |")
	for _, v := range all {
		fmt.Fprintf(&b, " %s |", v.Kubernetes)
	}
	b.WriteString("\n| Jobs are held by |")
	for _, v := range all {
		fmt.Fprintf(&b, " %s |", map[bool]string{true: "webhooks", false: "policies"}[v.Webhooks])
	}
	b.WriteString("\n")
	var notes []string
	for _, c := range capabilities {
		fmt.Fprintf(&b, "| [%s](../%s) |", c.Name, c.Guide)
		for _, v := range all {
			cell, err := r.cell(c, v)
			if err != nil {
				return "", err
			}
			if why := c.Not[v.Name]; why != "" && cell != "not run" {
				i := slices.Index(notes, why)
				if i < 0 {
					notes, i = append(notes, why), len(notes)
				}
				cell = fmt.Sprintf("%s (%d)", cell, i+1)
			}
			fmt.Fprintf(&b, " %s |", cell)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n")
	for i, note := range notes {
		fmt.Fprintf(&b, "%d. %s.\n", i+1, strings.ToUpper(note[:1])+note[1:])
	}
	b.WriteString("\n\"Pods in groups\" is a cluster with the feature gates `" + strings.ReplaceAll(grouped, ",", "` and `") + "`, which are off by default.\n" +
		"Between 1.30 and 1.33 the webhooks should do, but nothing is tested there. `depctl check` says of a cluster what it lacks.\n\n## The tests\n\n")
	for _, c := range capabilities {
		fmt.Fprintf(&b, "- %s: `%s`.\n", c.Name, strings.Join(slices.Concat(c.Tests, c.Instead), "`, `"))
	}
	return b.String(), nil
}

// cell says whether a version has a capability.
func (r record) cell(c capability, v version) (string, error) {
	known, run := r.of(v)
	if !run {
		return "not run", nil
	}
	for _, test := range c.on(v) {
		switch known.Tests[test] {
		case "":
			return "", fmt.Errorf("%s was not run on Kubernetes %s: run `make matrix`", test, v.Name)
		case "PASS":
		default:
			return "**fails**", nil
		}
	}
	if c.Not[v.Name] != "" {
		return "no", nil
	}
	return "yes", nil
}
