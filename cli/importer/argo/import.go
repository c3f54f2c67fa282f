package argo

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/importer/output"
)

// Options are what the command line says.
type Options struct {
	// Parameters are given to workflows, in place of their own values.
	Parameters map[string]string
	// Name is what names begin with, in place of that of the workflow.
	Name string
}

// Import makes manifests of all workflows in the files. Templates that are not called
// are left alone, unless nothing else is there.
func Import(files []output.File, options Options) *output.Output {
	out := &output.Output{}
	im := &importer{out: out, options: options, templates: map[string]tree{}, maps: map[string]tree{}}
	var runnable, templates []tree
	for _, file := range files {
		documents, err := read(file)
		if err != nil {
			out.Fail(output.Place{File: file.Name}, "", "it is not YAML: %s", err)
			continue
		}
		for _, d := range documents {
			switch kind := d.text("kind"); kind {
			case "Workflow", "CronWorkflow":
				runnable = append(runnable, d)
			case "WorkflowTemplate", "ClusterWorkflowTemplate":
				templates = append(templates, d)
				im.templates[kind+"/"+d.text("metadata", "name")] = d
			case "ConfigMap":
				im.maps[d.text("metadata", "name")] = d
			default:
				out.Fail(d.line("kind"), "apply it as it is", "a %s is no workflow", kind)
			}
		}
	}
	if len(runnable) == 0 {
		for _, d := range templates {
			if d.get("spec", "entrypoint").there() {
				runnable = append(runnable, d)
			}
		}
	}
	for _, d := range runnable {
		im.workflow(d)
	}
	if len(runnable) == 0 && len(out.Problems) == 0 {
		place := output.Place{}
		if len(files) > 0 {
			place.File = files[0].Name
		}
		out.Fail(place, "name a file with a Workflow, CronWorkflow, or WorkflowTemplate with an entrypoint", "there is no workflow to import")
	}
	out.Finish()
	return out
}

type importer struct {
	out     *output.Output
	options Options
	// templates are WorkflowTemplates by kind and name, maps ConfigMaps by name.
	templates, maps map[string]tree
	names           output.Names
}

// workflow is one that is being imported.
type workflow struct {
	*importer
	name     string
	document tree
	spec     tree
	refs     []ref
	values   map[string]string
	schedule *schedule
	leaves   []*leaf
	// claims are volumeClaimTemplates, by the name of the volume.
	claims map[string]string
	jobs   int
}

// maxJobs bounds what loops and calls make.
const maxJobs = 5000

func (im *importer) workflow(d tree) {
	name := strings.TrimRight(d.text("metadata", "name"), "-")
	if name == "" {
		name = strings.TrimRight(d.text("metadata", "generateName"), "-")
	}
	name = cmp.Or(im.options.Name, name)
	spec := d.get("spec")
	schedules := []*schedule{nil}
	if d.text("kind") == "CronWorkflow" {
		schedules = im.schedules(d)
		spec = d.get("spec", "workflowSpec")
	}
	for i, s := range schedules {
		w := &workflow{importer: im, document: d, schedule: s, name: name, claims: map[string]string{}}
		if i > 0 {
			w.name = name + "-" + string(rune('1'+i))
		}
		spec, home, ok := im.resolveSpec(spec)
		if !ok {
			return
		}
		w.spec = spec
		w.run(home)
	}
}

// resolveSpec puts a workflow together with the WorkflowTemplate that it refers to.
func (im *importer) resolveSpec(spec tree) (whole, home tree, ok bool) {
	ref := spec.get("workflowTemplateRef")
	if !ref.there() {
		return spec, spec, true
	}
	kind := "WorkflowTemplate"
	if ref.text("clusterScope") == "true" {
		kind = "ClusterWorkflowTemplate"
	}
	d, found := im.templates[kind+"/"+ref.text("name")]
	if !found {
		im.out.Fail(ref.place(), "give its file too", "the %s %s is in none of the files", kind, ref.text("name"))
		return tree{}, tree{}, false
	}
	home = d.get("spec")
	return overlay(spec, home), home, true
}

// overlay returns a map with what is missing taken from another.
func overlay(top, below tree) tree {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	if r := top.resolved(); r != nil {
		n.Line = r.Line
		n.Content = slices.Clone(r.Content)
	}
	if r := below.resolved(); r != nil && r.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(r.Content); i += 2 {
			if !(tree{"", n}).get(r.Content[i].Value).there() {
				n.Content = append(n.Content, r.Content[i], r.Content[i+1])
			}
		}
	}
	file := top.file
	if len(top.keys()) <= 1 {
		file = below.file
	}
	return tree{file, n}
}

// run expands the entrypoint and what runs at the end.
func (w *workflow) run(home tree) {
	w.values = map[string]string{
		"workflow.name":           w.name,
		"workflow.mainEntrypoint": w.spec.text("entrypoint"),
		"workflow.priority":       w.spec.text("priority"),
	}
	for _, what := range []string{"labels", "annotations"} {
		for _, key := range w.document.get("metadata", what).keys() {
			w.values["workflow."+what+"."+key] = w.document.text("metadata", what, key)
		}
	}
	top := scope{w, w.values, nil}
	for _, from := range []tree{home, w.spec} {
		for _, p := range from.list("arguments", "parameters") {
			if text, ok := top.given(p); ok {
				w.values["workflow.parameters."+p.text("name")] = text
			}
		}
	}
	for name, value := range w.options.Parameters {
		w.values["workflow.parameters."+name] = value
	}
	problems := len(w.out.Problems)
	w.refuseWorkflow()
	w.claimVolumes(top)
	c := call{home: home, uses: w.workflowLimits()}
	entry := tree{w.spec.file, mapOf(w.spec.resolved(), "template", w.spec.text("entrypoint"))}
	t := &task{tree: entry}
	root := w.task(c, t, top, output.True())
	w.lockWorkflow(root)
	w.deadline(root)
	w.atExit(c, top, root)
	w.incomplete(0, problems)
	for _, l := range w.leaves {
		l.finish()
	}
}

// mapOf returns a map with one entry, at the line of another node.
func mapOf(at *yaml.Node, key, value string) *yaml.Node {
	line := 0
	if at != nil {
		line = at.Line
	}
	return &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: line, Content: []*yaml.Node{
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: key, Line: line},
		{Kind: yaml.ScalarNode, Tag: "!!str", Value: value, Line: line},
	}}
}

// parametersJSON is what {{workflow.parameters}} stands for.
func (w *workflow) parametersJSON() string {
	type parameter struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	all := []parameter{}
	for _, p := range w.spec.list("arguments", "parameters") {
		all = append(all, parameter{p.text("name"), w.values["workflow.parameters."+p.text("name")]})
	}
	text, err := json.Marshal(all)
	if err != nil {
		return "[]"
	}
	return string(text)
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
