package cli

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// workload is an object in a file that runs pods: a Job, a CronJob, or one of
// another kind, which is looked at only for what it says about Jobs.
type workload struct {
	document              *document
	kind, namespace, name string
	root                  *yaml.Node
	// template is what a Job is made by: the Job itself, or the jobTemplate of a
	// CronJob. Nil for other kinds.
	template *yaml.Node
	// job is that Job, without status; it has no name in a CronJob. Nil for other
	// kinds. facts are what the gate keeps of it right after it was made.
	job   *batchv1.Job
	facts gate.Job
	// live reports whether the Job is one of a cluster, with what has become of it.
	live bool
	// pods is where the Pod template, or the Pod, has its metadata and spec.
	pods *yaml.Node
	// value is what the annotation says, nil if there is none, and siblings the
	// map that holds it.
	siblings, value *yaml.Node
	// mistaken is what YAML did to it. source leads from the expression to the
	// file; nil if there is no expression left. expr is what it says, and invalid
	// why it cannot be read.
	mistaken []lang.Diagnostic
	source   *scalar
	expr     *lang.Expr
	invalid  error
}

// isAnnotated reports whether it is a Job, or makes Jobs, that wait.
func (w *workload) isAnnotated() bool { return w.value != nil }

// isOver reports whether it is too late to mend anything: the Job was released, has
// finished or is being deleted.
func (w *workload) isOver() bool {
	return w.live && (w.facts.Outcome() != lang.Undecided || w.facts.BeingDeleted || w.facts.Annotated && !w.facts.Waits())
}

// ref returns the name by which expressions call the Job; empty for what is not
// one, or has no name yet.
func (w *workload) ref() lang.Ref {
	if w.kind != "Job" || w.job == nil || w.job.Name == "" {
		return lang.Ref{}
	}
	return lang.Job(w.namespace, w.job.Name)
}

// isPatch reports whether a Job has no container: it is laid over one that has.
func (w *workload) isPatch() bool { return len(w.job.Spec.Template.Spec.Containers) == 0 }

// podSpec returns the spec of its pods.
func (w *workload) podSpec() corev1.PodSpec {
	if w.job != nil {
		return w.job.Spec.Template.Spec
	}
	var spec corev1.PodSpec
	decode(child(w.pods, "spec"), &spec)
	return spec
}

// field returns the place of a value below the template, or of the template's
// kind of thing where it is not there.
func (w *workload) field(keys ...string) lang.Span { return w.span(child(w.template, keys...)) }

// span returns the place of a node in the file: of a scalar all of it, else the
// beginning.
func (w *workload) span(n *yaml.Node) lang.Span {
	if n == nil {
		n = w.root
	}
	at := w.document.offset(n)
	if n.Kind != yaml.ScalarNode {
		return lang.Span{Start: at, End: at}
	}
	read := readScalar(w.document.text, afterProperties(w.document.text, at), n)
	return lang.Span{Start: read.begin, End: read.end}
}

// annotation returns the place of an annotation's value.
func (w *workload) annotation(key string) lang.Span {
	if n := child(w.template, "metadata", "annotations", key); n != nil {
		return w.span(n)
	}
	return w.span(child(w.root, "metadata", "annotations", key))
}

// expression returns the place of a part of the expression.
func (w *workload) expression(of lang.Span) lang.Span {
	if w.source == nil {
		return w.span(w.value)
	}
	return w.source.span(of)
}

// workloadsIn returns the workloads of a document, in its order. namespace is
// that of objects that name none.
func workloadsIn(d *document, namespace string) []*workload {
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
	found []*workload
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
	w := &workload{document: f.document, kind: kind, root: n, pods: child(n, "spec", "template")}
	switch group, _, _ := strings.Cut(version, "/"); {
	case kind == "Job" && isOf(version, group, "batch"):
		w.template = n
	case kind == "CronJob" && isOf(version, group, "batch"):
		if w.template = target(child(n, "spec", "jobTemplate")); w.template == nil {
			return
		}
		w.pods = child(w.template, "spec", "template")
	case kind == "Pod" && (version == "" || version == "v1"):
		w.pods = n
	case slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}, kind) && isOf(version, group, "apps"):
	case kind == "ResourceQuota" && (version == "" || version == "v1"):
	case isForeignWork(kind):
	default:
		return // what runs no pods
	}
	w.name, w.namespace = word(child(n, "metadata"), "name"), word(child(n, "metadata"), "namespace")
	if w.namespace == "" {
		w.namespace = f.namespace
	}
	if w.template != nil {
		w.value, w.siblings = entry(target(child(w.template, "metadata", "annotations")), gate.DependsOnAnnotation)
		w.read()
	}
	if w.name == "" {
		w.name = word(child(n, "metadata"), "generateName")
	}
	f.found = append(f.found, w)
}

// isForeignWork reports whether objects of a kind of another project run pods to an
// end: people annotate them as they do Jobs, and the gate does not hold them.
func isForeignWork(kind string) bool {
	return strings.HasSuffix(kind, "Job") || slices.Contains([]string{
		"JobSet", "Workflow", "CronWorkflow", "PipelineRun", "TaskRun", "SparkApplication", "AppWrapper", "RayCluster", "LeaderWorkerSet",
	}, kind)
}

// quota returns how many pods a ResourceQuota allows, 0 if it does not say or is
// none.
func (w *workload) quota() int64 {
	if w.kind != "ResourceQuota" {
		return 0
	}
	least := int64(0)
	for _, key := range []string{"pods", "count/pods"} {
		if n, err := strconv.ParseInt(word(child(w.root, "spec", "hard"), key), 10, 64); err == nil && n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// isOf reports whether an object belongs to a group; one that does not say its
// version does.
func isOf(version, group, wanted string) bool {
	return version == "" || group == wanted && version != group
}

// read makes the Job. Those of a CronJob have names of their own.
func (w *workload) read() {
	w.job = &batchv1.Job{}
	decode(child(w.template, "spec"), &w.job.Spec)
	metadata := child(w.template, "metadata")
	decode(child(metadata, "labels"), &w.job.Labels)
	decode(child(metadata, "annotations"), &w.job.Annotations)
	decode(child(metadata, "ownerReferences"), &w.job.OwnerReferences)
	if w.value != nil {
		if w.job.Annotations == nil {
			w.job.Annotations = map[string]string{}
		}
		w.job.Annotations[gate.DependsOnAnnotation] = target(w.value).Value
	}
	w.job.Namespace = w.namespace
	if w.kind == "Job" {
		w.job.Name = w.name
	}
	w.facts = asApplied(w.job)
}
