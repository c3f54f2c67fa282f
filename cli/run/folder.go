package run

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/resource"
	"sigs.k8s.io/yaml"

	"depctl.dev/cli/internal/manifest"
)

// folder is what was read.
type folder struct {
	jobs []object
	// others are applied as they are.
	others []object
	// texts are the files, and what a kustomization came to.
	texts []*manifest.Manifest
}

// object is one of a folder.
type object struct {
	*unstructured.Unstructured
	// source is the file that it is in.
	source string
	// job is the same as batch/v1 has it; nil for other kinds.
	job *batchv1.Job
}

// read reads all objects.
func (o *runOptions) read() (*folder, error) {
	b := resource.NewLocalBuilder().Unstructured().ContinueOnError().Flatten()
	found := &folder{}
	options := o.files
	if slices.Contains(options.Filenames, "-") {
		options.Filenames = slices.DeleteFunc(slices.Clone(options.Filenames), func(name string) bool { return name == "-" })
		m, err := manifest.ReadManifest("-", o.streams.In)
		if err != nil {
			return nil, err
		}
		found.texts = append(found.texts, m)
		b.Stream(strings.NewReader(m.Text), "standard input")
	}
	if len(options.Filenames) > 0 || options.Kustomize != "" {
		b.FilenameParam(false, &options)
	}
	written := map[string]*bytes.Buffer{}
	var sources []string
	err := b.Do().Visit(func(info *resource.Info, err error) error {
		if err != nil {
			return err
		}
		raw, ok := info.Object.(*unstructured.Unstructured)
		if !ok {
			return fmt.Errorf("%s: %T is no object", info.Source, info.Object)
		}
		one := object{Unstructured: raw, source: info.Source}
		if raw.GroupVersionKind() == batchv1.SchemeGroupVersion.WithKind("Job") {
			if raw.GetNamespace() == "" {
				raw.SetNamespace(o.namespace)
			}
			one.job = &batchv1.Job{}
			if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, one.job); err != nil {
				return fmt.Errorf("%s: Job %q is not as batch/v1 has it: %w", info.Source, raw.GetName(), err)
			}
			found.jobs = append(found.jobs, one)
		} else {
			found.others = append(found.others, one)
		}
		if written[info.Source] == nil {
			written[info.Source], sources = &bytes.Buffer{}, append(sources, info.Source)
		}
		text, err := yaml.Marshal(raw.Object)
		written[info.Source].WriteString("---\n" + string(text))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading manifests: %w", err)
	}
	for _, source := range sources {
		if source == "standard input" {
			continue
		}
		m, err := textOf(source, written[source].Bytes())
		if err != nil {
			return nil, err
		}
		found.texts = append(found.texts, m)
	}
	return found, nil
}

// textOf returns a file, or what was read where there is none, as from a kustomization.
func textOf(source string, written []byte) (*manifest.Manifest, error) {
	if info, err := os.Stat(source); err == nil && info.Mode().IsRegular() {
		return manifest.ReadManifest(source, nil)
	}
	return manifest.NewManifest(source, written), nil
}
