package lint

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// textual reports names, labels and annotations of a Job that are not text to
// kubectl: it refuses them, but for null. Before 1.33 its apply drops all labels or
// all annotations where one is null, and a Job without its annotation runs at once.
func textual(_ *linting, w *manifest.Workload) []mistake {
	if w.Job == nil {
		return nil
	}
	metadata := manifest.Target(manifest.Child(w.Template, "metadata"))
	var found []mistake
	for _, key := range []string{"name", "namespace"} {
		if n := manifest.Target(manifest.Child(w.Root, "metadata", key)); n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" && !strings.HasPrefix(manifest.Arrives(n), `"`) {
			found = append(found, mistakef(w.Span(n), "write "+key+": "+`"`+n.Value+`"`, "%s is %s to kubectl, which takes only text", key, manifest.Arrives(n))...)
		}
	}
	for _, of := range []string{"labels", "annotations"} {
		m := manifest.Target(manifest.Child(metadata, of))
		if m == nil || m.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			key, n := m.Content[i], manifest.Target(m.Content[i+1])
			if key.Value == gate.DependsOnAnnotation || key.Tag == "!!merge" || n.Kind != yaml.ScalarNode || strings.HasPrefix(manifest.Arrives(n), `"`) {
				continue
			}
			hint := "write " + manifest.Clip(key.Value) + ": " + `"` + manifest.Clip(n.Value) + `"`
			if n.ShortTag() != "!!null" {
				found = append(found, mistakef(w.Span(n), hint, "%s is %s to kubectl, which takes only text", manifest.Clip(key.Value), manifest.Arrives(n))...)
			} else if w.IsAnnotated() && !w.IsTorn() {
				found = append(found, mistakef(w.Span(key), "write "+manifest.Clip(key.Value)+`: ""`,
					"%s is null: kubectl apply before 1.33 then drops all %s, and what stood there is not waited for", manifest.Clip(key.Value), of)...)
			}
		}
	}
	return found
}

// maxJobName is the longest name of a Job: its pods carry it as a label.
const maxJobName = 63

func longName(_ *linting, w *manifest.Workload) []mistake {
	most, what := maxJobName, "a Job"
	if w.Kind == "CronJob" {
		most, what = 52, "a CronJob" // its Jobs have 11 characters more
	}
	if w.Job == nil || len(w.Name) <= most || manifest.Word(manifest.Child(w.Root, "metadata"), "name") == "" {
		return nil
	}
	return mistakef(w.Span(manifest.Child(w.Root, "metadata", "name")), "write a shorter one", "the name has %d characters, and that of %s at most %d: the API server refuses it", len(w.Name), what, most)
}

func sameName(l *linting, w *manifest.Workload) []mistake {
	ref := w.Ref()
	if ref.Name == "" || w.IsPatch() || l.jobs[ref] == nil || l.jobs[ref] == w {
		return nil
	}
	return mistakef(w.Span(manifest.Child(w.Root, "metadata", "name")), "give one of them another name", "another Job %s follows: applied together, the last one counts", picture.NameIn("", ref))
}
