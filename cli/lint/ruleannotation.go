package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

const (
	annotationPrefix = "depctl.dev/"
)

// misplacedAnnotation looks for the annotation where nobody reads it. Tools that
// put the same annotations everywhere put them in the right place too.
func misplacedAnnotation(_ *linting, w *manifest.Workload) []mistake {
	if w.IsAnnotated() {
		return nil
	}
	if _, waits := w.Held(); waits {
		return nil
	}
	right := "write it in metadata.annotations of the Job"
	if w.Kind == "CronJob" {
		right = "write it in spec.jobTemplate.metadata.annotations"
	}
	places := []struct {
		at    *yaml.Node
		where string
	}{
		{manifest.Child(w.Root, "metadata", "annotations"), "on a " + w.Kind},
		{manifest.Child(w.Pods, "metadata", "annotations"), "on a Pod template"},
		{manifest.Child(w.Root, "metadata", "labels"), "among the labels"},
	}
	if w.Job == nil {
		right = "make it a Job, or take the annotation away"
		places = places[:2]
	}
	if w.CanBeHeld() {
		right = "write it in metadata.annotations of the " + w.Kind
	}
	if jobs := manifest.Target(manifest.Child(w.Root, "spec", "replicatedJobs")); w.Kind == "JobSet" && jobs != nil {
		for _, job := range jobs.Content {
			places = append(places, places[0])
			places[len(places)-1].at, places[len(places)-1].where = manifest.Child(manifest.Target(job), "template", "metadata", "annotations"), "on a Job of a JobSet"
		}
	}
	if manifest.IsForeignWork(w.Kind) && w.Job == nil && !w.CanBeHeld() {
		right = "the gate does not hold this kind: " + right
	}
	for _, place := range places {
		if _, holder := manifest.Entry(place.at, gate.DependsOnAnnotation); holder != nil {
			return mistakef(w.Key(holder, gate.DependsOnAnnotation), right, "%s stands %s, where nobody reads it: nothing is waited for",
				gate.DependsOnAnnotation, place.where)
		}
	}
	return nil
}

func misspeltAnnotation(_ *linting, w *manifest.Workload) []mistake {
	if w.Job == nil {
		return nil
	}
	annotations := manifest.Target(manifest.Child(w.Template, "metadata", "annotations"))
	var found []mistake
	for key := range w.Job.Annotations {
		prefix, name, _ := strings.Cut(key, "/")
		near := ""
		// Of a Job that waits, badAnnotation has what the gate says.
		if strings.HasPrefix(prefix, "depctl") && !(w.IsAnnotated() && strings.HasPrefix(key, annotationPrefix)) {
			near = gate.NearestAnnotation(name)
		}
		if near != "" && near != key && annotations != nil {
			found = append(found, mistakef(w.Key(annotations, key), fmt.Sprintf("did you mean %q?", near), "nobody reads annotation %q", manifest.Clip(key))...)
		}
	}
	return found
}

// ownRules are annotations with a rule of their own.
var ownRules = []string{gate.DependsOnAnnotation, gate.ArrayLimitAnnotation, gate.UsesAnnotation, gate.PriorityAnnotation}

// badAnnotation says of the other annotations what the gate would say.
func badAnnotation(_ *linting, w *manifest.Workload) []mistake {
	if !w.IsAnnotated() {
		if w.Job != nil && w.Job.Annotations[gate.NearAnnotation] != "" {
			return mistakef(w.Annotation(gate.NearAnnotation), "take it away, or say what the Job waits for: "+gate.DependsOnAnnotation,
				"%s is about what a Job waits for, and this one waits for nothing", gate.NearAnnotation)
		}
		return nil
	}
	var found []mistake
	mistakes, _ := gate.Vet(nil, w.Job)
	for _, m := range mistakes {
		if !slices.Contains(ownRules, m.Annotation) {
			found = append(found, mistakef(w.Annotation(m.Annotation), "", "%s %s", m.Annotation, m.Message)...)
		}
	}
	if text, there := w.Job.Annotations[snapshot.DurationAnnotation]; there {
		if _, err := lang.ParseDuration(text); err != nil {
			found = append(found, mistakef(w.Annotation(snapshot.DurationAnnotation), "write it as in 90s, 10m or 2h", "%s is %q: %v", snapshot.DurationAnnotation, manifest.Clip(text), err)...)
		}
	}
	return found
}

// badArrayLimit reports a limit that the gate cannot read, and one that it does
// not look at.
func badArrayLimit(_ *linting, w *manifest.Workload) []mistake {
	if w.Job == nil {
		return nil
	}
	text, there := w.Job.Annotations[gate.ArrayLimitAnnotation]
	if !there {
		return nil
	}
	at := w.Annotation(gate.ArrayLimitAnnotation)
	number, err := strconv.ParseInt(text, 10, 32)
	switch {
	case err != nil || number < 1:
		return mistakef(at, `write a number of 1 or more, as in "10"`, "%s is %q, which is no number of 1 or more", gate.ArrayLimitAnnotation, manifest.Clip(text))
	case w.Facts.Object.Array == nil:
		return mistakef(at, "set completionMode: Indexed, or write spec.parallelism instead", "%s is for arrays, and this Job is not Indexed", gate.ArrayLimitAnnotation)
	case !w.IsAnnotated():
		return mistakef(at, "write spec.parallelism instead", "the gate keeps to %s only in Jobs with %s", gate.ArrayLimitAnnotation, gate.DependsOnAnnotation)
	}
	return nil
}
