package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"

	"depctl.dev/depgraph"
	"depctl.dev/lang"
	"depctl.dev/test/sandbox"
)

// runFor makes simulated pods take long enough to be seen running.
const runFor = "1s"

// manifest is one object of an example.
type manifest struct{ unstructured.Unstructured }

func (m manifest) ref() lang.Ref {
	namespace := m.GetNamespace()
	if namespace == "" {
		namespace = "default"
	}
	return lang.Job(namespace, m.GetName())
}

func (m manifest) key() string { return m.ref().Namespace + "/" + m.ref().Name }

// manifests are the objects of the examples: those that must be there first, and
// the Jobs, dependents first.
type manifests struct {
	kind         sandbox.NodeKind
	others, jobs []manifest
}

// shown are the examples that the demo runs. The others are CronJobs, or need more than
// kubectl apply.
var shown = []string{"two-steps.yaml", "nightly"}

// load reads the manifests of the examples that are shown, for nodes of a kind.
func load(dir string, kind sandbox.NodeKind) (manifests, error) {
	all := manifests{kind: kind}
	for _, example := range shown {
		err := filepath.WalkDir(filepath.Join(dir, example), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".yaml" || entry.Name() == "kustomization.yaml" {
				return err
			}
			if err := all.read(path); err != nil {
				return fmt.Errorf("reading %s: %w", path, err)
			}
			return nil
		})
		if err != nil {
			return all, err
		}
	}
	// Namespaces come before what is in them.
	slices.SortStableFunc(all.others, func(a, b manifest) int {
		return boolean(b.GetKind() == "Namespace") - boolean(a.GetKind() == "Namespace")
	})
	return all, all.reverse()
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (m *manifests) read(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	decoder := yaml.NewYAMLOrJSONDecoder(file, 4096)
	for {
		var one manifest
		if err := decoder.Decode(&one.Object); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		switch {
		case one.Object == nil:
		case one.GetKind() != "Job":
			m.others = append(m.others, one)
		case m.kind == sandbox.Real:
			m.jobs = append(m.jobs, one)
		default:
			annotations := map[string]any{"sandbox.depctl.dev/run-for": runFor}
			if err := unstructured.SetNestedMap(one.Object, annotations, "spec", "template", "metadata", "annotations"); err != nil {
				return err
			}
			m.jobs = append(m.jobs, one)
		}
	}
}

// reverse sorts the Jobs so that each comes before those that it waits for.
func (m *manifests) reverse() error {
	g := depgraph.New()
	for _, job := range m.jobs {
		var expr *lang.Expr
		if text, ok := job.GetAnnotations()["depctl.dev/depends-on"]; ok {
			var err error
			if expr, err = lang.Parse(text); err != nil {
				return fmt.Errorf("%s: %w", job.key(), err)
			}
		}
		g.Set(job.ref(), depgraph.Node{Object: &lang.Object{}, Expr: expr})
	}
	layers, _ := g.Layers()
	place := map[lang.Ref]int{}
	for i, layer := range layers {
		for _, ref := range layer {
			place[ref] = i
		}
	}
	slices.SortStableFunc(m.jobs, func(a, b manifest) int { return place[b.ref()] - place[a.ref()] })
	return nil
}

// apply runs kubectl apply for the objects, in their order.
func (m *manifests) apply(ctx context.Context, s *sandbox.Sandbox) error {
	for _, objects := range [][]manifest{m.others, m.jobs} {
		var stream bytes.Buffer
		for _, o := range objects {
			text, err := o.MarshalJSON()
			if err != nil {
				return err
			}
			stream.Write(text)
			stream.WriteString("\n---\n")
		}
		if _, err := s.Kubectl(ctx, strings.NewReader(stream.String()), "apply", "-f", "-"); err != nil {
			return err
		}
	}
	return nil
}
