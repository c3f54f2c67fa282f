package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:generate go run . ../../..

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := write(root); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

// write makes the chart of the source in root.
func write(root string) error {
	files, err := chart(root)
	if err != nil {
		return err
	}
	for _, name := range sorted(files) {
		if err := os.WriteFile(filepath.Join(root, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func sorted(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// collection gathers templates into files.
type collection struct {
	template
	files map[string]*bytes.Buffer
}

const header = `{{- /* Made by make chart from %s, as kustomize reads it. Change it there. */ -}}
{{- $on := fromYaml (include "depctl.on" .) }}
`

// add writes an object to a file of templates.
func (c *collection) add(file, from, condition string, n *yaml.Node) error {
	c.knobs(n)
	if field(n, "kind").Value == "PodDisruptionBudget" {
		enabled := ".Values." + programs[field(n, "metadata", "name").Value] + ".disruptionBudget.enabled"
		if condition = strings.TrimSpace(condition); condition != "" {
			enabled = "and " + condition + " " + enabled
		}
		condition = enabled
	}
	text, err := c.document(n, condition)
	if err != nil {
		return err
	}
	if c.files[file] == nil {
		c.files[file] = bytes.NewBufferString(fmt.Sprintf(header, from))
	}
	c.files[file].WriteString(text)
	return nil
}

// chart returns all files that are made, by their path in the source.
func chart(root string) (map[string][]byte, error) {
	deploy := filepath.Join(root, "deploy")
	all, err := scenarios(deploy)
	if err != nil {
		return nil, err
	}
	c := &collection{files: map[string]*bytes.Buffer{}}
	for n := range all {
		all[n].add(retirement(all[n].by["Deployment "+home+"/depctl-gate"]))
	}
	if err := c.gate(all); err != nil {
		return nil, err
	}
	deployments := map[string]*yaml.Node{"gate": all[0].by["Deployment "+home+"/depctl-gate"]}
	for _, group := range []string{"scheduler", "ui", "events", "monitoring"} {
		made, err := build(deploy, "resources: [../"+group+"]\n")
		if err != nil {
			return nil, err
		}
		for _, key := range made.keys {
			n := made.by[key]
			if strings.HasPrefix(key, "Deployment ") {
				deployments[group] = clone(n)
			}
			if err := c.add(group, "deploy/"+group, conditionOf(group, n), n); err != nil {
				return nil, err
			}
		}
	}
	files := map[string][]byte{}
	for name, text := range c.files {
		files["deploy/chart/templates/"+name+".yaml"] = text.Bytes()
	}
	table := values(deployments)
	if files["deploy/chart/values.yaml"], err = valuesFile(table); err != nil {
		return nil, err
	}
	if files["deploy/chart/values.schema.json"], err = schemaFile(table); err != nil {
		return nil, err
	}
	old, err := os.ReadFile(filepath.Join(root, "docs/reference/chart.md"))
	if err != nil {
		return nil, err
	}
	files["docs/reference/chart.md"], err = page(old, table)
	return files, err
}

// gate adds what deploy/base, deploy/webhook and the components make.
func (c *collection) gate(all []scenario) error {
	done := map[string]bool{}
	for _, s := range all {
		for _, key := range s.keys {
			if done[key] {
				continue
			}
			done[key] = true
			if key == "Namespace /"+home {
				continue // that of the release: Helm makes it with --create-namespace, and never deletes it
			}
			condition, err := existence(key, all)
			if err != nil {
				return err
			}
			n, err := merger{&c.template}.mergeAll(key, all)
			if err != nil {
				return err
			}
			file, from := "base", "deploy/base"
			if s.on != "" {
				dir := s.directory()
				file, from = strings.TrimPrefix(dir, "webhook-"), "deploy/components/"+dir
			} else if !s.policies {
				file, from = "webhook-hold", "deploy/webhook"
			}
			if strings.HasSuffix(key, "-retire") {
				file, from, condition = "retire", "the Deployment of deploy/base", ".Values.retire.enabled"
			}
			if err := c.add(file, from, condition, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// directory returns the component of a scenario.
func (s scenario) directory() string {
	for _, c := range components {
		switch {
		case c.on == s.on && s.policies:
			return c.policies
		case c.on == s.on:
			return c.webhooks
		}
	}
	return ""
}

// conditionOf returns when an object is there that is not the gate's.
func conditionOf(group string, n *yaml.Node) string {
	enabled := ".Values." + group + ".enabled"
	switch kind := field(n, "kind").Value; {
	case kind == "Namespace":
		return "and " + enabled + " .Values." + group + ".createNamespace"
	case kind == "ServiceMonitor":
		return "and " + enabled + " .Values.monitoring.serviceMonitor.enabled"
	case kind == "PrometheusRule":
		return "and " + enabled + " .Values.monitoring.rules.enabled"
	case kind == "ConfigMap" && group == "monitoring":
		return "and " + enabled + " .Values.monitoring.dashboard.enabled"
	}
	return enabled
}
