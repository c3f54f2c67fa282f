package cli

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// textual reports names, labels and annotations of a Job that are not text to
// kubectl: it refuses them, but for null. Before 1.33 its apply drops all labels or
// all annotations where one is null, and a Job without its annotation runs at once.
func textual(_ *linting, w *workload) []mistake {
	if w.job == nil {
		return nil
	}
	metadata := target(child(w.template, "metadata"))
	var found []mistake
	for _, key := range []string{"name", "namespace"} {
		if n := target(child(w.root, "metadata", key)); n != nil && n.Kind == yaml.ScalarNode && n.ShortTag() != "!!null" && !strings.HasPrefix(arrives(n), `"`) {
			found = append(found, mistakef(w.span(n), "write "+key+": "+`"`+n.Value+`"`, "%s is %s to kubectl, which takes only text", key, arrives(n))...)
		}
	}
	for _, of := range []string{"labels", "annotations"} {
		m := target(child(metadata, of))
		if m == nil || m.Kind != yaml.MappingNode {
			continue
		}
		for i := 0; i+1 < len(m.Content); i += 2 {
			key, n := m.Content[i], target(m.Content[i+1])
			if key.Value == gate.DependsOnAnnotation || key.Tag == "!!merge" || n.Kind != yaml.ScalarNode || strings.HasPrefix(arrives(n), `"`) {
				continue
			}
			hint := "write " + clip(key.Value) + ": " + `"` + clip(n.Value) + `"`
			if n.ShortTag() != "!!null" {
				found = append(found, mistakef(w.span(n), hint, "%s is %s to kubectl, which takes only text", clip(key.Value), arrives(n))...)
			} else if w.isAnnotated() && !w.isTorn() {
				found = append(found, mistakef(w.span(key), "write "+clip(key.Value)+`: ""`,
					"%s is null: kubectl apply before 1.33 then drops all %s, and what stood there is not waited for", clip(key.Value), of)...)
			}
		}
	}
	return found
}

// maxJobName is the longest name of a Job: its pods carry it as a label.
const maxJobName = 63

func longName(_ *linting, w *workload) []mistake {
	most, what := maxJobName, "a Job"
	if w.kind == "CronJob" {
		most, what = 52, "a CronJob" // its Jobs have 11 characters more
	}
	if w.job == nil || len(w.name) <= most || word(child(w.root, "metadata"), "name") == "" {
		return nil
	}
	return mistakef(w.span(child(w.root, "metadata", "name")), "write a shorter one", "the name has %d characters, and that of %s at most %d: the API server refuses it", len(w.name), what, most)
}

func sameName(l *linting, w *workload) []mistake {
	ref := w.ref()
	if ref.Name == "" || w.isPatch() || l.jobs[ref] == nil || l.jobs[ref] == w {
		return nil
	}
	return mistakef(w.span(child(w.root, "metadata", "name")), "give one of them another name", "another Job %s follows: applied together, the last one counts", picture.NameIn("", ref))
}
