package cli

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
)

// annotated is a Job in a file, or a CronJob's template of Jobs, that has the
// annotation.
type annotated struct {
	document              *document
	kind, namespace, name string
	// job has what the language asks of the annotated Job.
	job *batchv1.Job
	// siblings is the map that holds the annotation, value what it says there.
	siblings, value *yaml.Node
}

// annotatedIn returns the annotated Jobs of a document, in its order. namespace
// is that of Jobs that name none.
func annotatedIn(d *document, namespace string) []*annotated {
	f := &finder{document: d, namespace: namespace, seen: map[*yaml.Node]bool{}}
	for _, n := range d.root.Content {
		f.object(n, "", "")
	}
	return f.found
}

type finder struct {
	document  *document
	namespace string
	// seen keeps aliases from leading here twice: they can make a small file
	// an endless one.
	seen  map[*yaml.Node]bool
	found []*annotated
}

// object looks at an object, or a list of objects. The items of a JobList need
// not say their kind.
func (f *finder) object(n *yaml.Node, kind, version string) {
	n = target(n)
	if n == nil || n.Kind != yaml.MappingNode || f.seen[n] {
		return
	}
	f.seen[n] = true
	if given := word(n, "kind"); given != "" {
		kind, version = given, word(n, "apiVersion")
	}
	if of, isList := strings.CutSuffix(kind, "List"); isList {
		if items := target(child(n, "items")); items != nil && items.Kind == yaml.SequenceNode {
			for _, item := range items.Content {
				f.object(item, of, version)
			}
		}
		return
	}
	if version != "" && !strings.HasPrefix(version, "batch/") {
		return // a Job of another project
	}
	metadata, template := child(n, "metadata"), n
	switch kind {
	case "Job":
	case "CronJob":
		template = child(n, "spec", "jobTemplate")
	default:
		return
	}
	siblings := target(child(template, "metadata", "annotations"))
	value, owner := entry(siblings, gate.DependsOnAnnotation)
	if value == nil {
		return
	}
	a := &annotated{document: f.document, kind: kind, namespace: word(metadata, "namespace"), name: word(metadata, "name"), siblings: owner, value: value}
	if a.namespace == "" {
		a.namespace = f.namespace
	}
	a.job = subject(a, child(template, "spec"))
	if a.name == "" {
		a.name = word(metadata, "generateName")
	}
	f.found = append(f.found, a)
}

// subject returns the Job with what an expression can ask about it. Those of a
// CronJob have names of their own.
func subject(a *annotated, spec *yaml.Node) *batchv1.Job {
	made := &batchv1.Job{}
	made.Namespace = a.namespace
	if a.kind == "Job" {
		made.Name = a.name
	}
	mode := batchv1.CompletionMode(word(spec, "completionMode"))
	made.Spec.CompletionMode = &mode
	made.Spec.Completions = integer(spec, "completions")
	made.Spec.BackoffLimitPerIndex = integer(spec, "backoffLimitPerIndex")
	return made
}

// target returns what an alias points at, and any other node itself.
func target(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// child follows keys down from a map, nil if one is missing.
func child(n *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		n, _ = entry(target(n), key)
	}
	return n
}

// entry returns the value of a key in a map, and the map that has it: the map
// itself, or one that is merged into it by "<<". The last of equal keys counts,
// as it does for kubectl.
func entry(n *yaml.Node, key string) (value, owner *yaml.Node) {
	seen := map[*yaml.Node]bool{nil: true} // aliases may lead in circles
	for maps := []*yaml.Node{n}; len(maps) > 0; maps = maps[1:] {
		m := target(maps[0])
		if seen[m] {
			continue
		}
		seen[m] = true
		if m.Kind == yaml.SequenceNode && m != n {
			maps = append(maps, m.Content...)
		}
		if m.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			switch k := target(m.Content[i]); {
			case k.Kind == yaml.ScalarNode && k.Value == key:
				value, owner = m.Content[i+1], m
			case k.Tag == "!!merge":
				maps = append(maps, m.Content[i+1])
			}
		}
		if value != nil {
			return value, owner
		}
	}
	return nil, nil
}

// word returns a scalar below a map, empty if there is none.
func word(n *yaml.Node, key string) string {
	if n = target(child(n, key)); n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return n.Value
	}
	return ""
}

// integer returns a number below a map, nil if there is none.
func integer(n *yaml.Node, key string) *int32 {
	value, err := strconv.ParseInt(word(n, key), 10, 32)
	if err != nil {
		return nil
	}
	short := int32(value)
	return &short
}
