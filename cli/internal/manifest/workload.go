package manifest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// Workload is an object in a file that runs pods: a Job, a CronJob, or one of
// another kind, which is looked at only for what it says about Jobs.
type Workload struct {
	Document              *document
	Kind, Namespace, Name string
	Root                  *yaml.Node
	// Template is what a Job is made by: the Job itself, or the jobTemplate of a
	// CronJob. Nil for other kinds.
	Template *yaml.Node
	// Job is that Job, without status; it has no name in a CronJob. Nil for other
	// kinds. facts are what the gate keeps of it right after it was made.
	Job   *batchv1.Job
	Facts gate.Job
	// Live reports whether the Job is one of a cluster, with what has become of it.
	Live bool
	// Pods is where the Pod template, or the Pod, has its metadata and spec.
	Pods *yaml.Node
	// value is what the annotation says, nil if there is none, and siblings the
	// map that holds it.
	siblings, Value *yaml.Node
	// mistaken is what YAML did to it. source leads from the expression to the
	// file; nil if there is no expression left. expr is what it says, and invalid
	// why it cannot be read.
	mistaken []lang.Diagnostic
	Source   *scalar
	Expr     *lang.Expr
	invalid  error
}

// IsAnnotated reports whether it is a Job, or makes Jobs, that wait.
func (w *Workload) IsAnnotated() bool { return w.Value != nil }

// IsOver reports whether it is too late to fix anything: the Job was released, has
// finished or is being deleted.
func (w *Workload) IsOver() bool {
	return w.Live && (w.Facts.Outcome() != lang.Undecided || w.Facts.BeingDeleted || w.Facts.AsksToWait() && !w.Facts.Waits())
}

// Ref returns the name by which expressions call the Job; empty for what is not
// one, or has no name yet.
func (w *Workload) Ref() lang.Ref {
	if w.Kind != "Job" || w.Job == nil || w.Job.Name == "" {
		return lang.Ref{}
	}
	return gate.StepRef(w.Namespace, w.Job.Name, w.Job.Labels)
}

// By returns the Job as names in its expression are meant from it: its namespace and
// its run.
func (w *Workload) By() lang.Ref {
	by := lang.Ref{Namespace: w.Namespace}
	if w.Job != nil && w.Kind == "Job" {
		by.Run = w.Job.Labels[gate.RunLabel]
	}
	return by
}

// Join makes a Job a step of a run, as "depctl run" does.
func (w *Workload) Join(run string) {
	if w.Kind != "Job" || w.Job == nil || w.Live {
		return
	}
	w.Job.Labels = stepLabels(w.Job, run)
	w.Facts = AsApplied(w.Job)
}

// stepLabels returns the labels of a Job that is made a step of a run.
func stepLabels(job *batchv1.Job, run string) map[string]string {
	labels := maps.Clone(job.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	if labels[gate.RunLabel] = run; labels[gate.StepLabel] == "" {
		labels[gate.StepLabel] = job.Name
	}
	return labels
}

// IsPatch reports whether a Job has no container: it is laid over one that has.
func (w *Workload) IsPatch() bool { return len(w.Job.Spec.Template.Spec.Containers) == 0 }

// PodSpec returns the spec of its pods.
func (w *Workload) PodSpec() corev1.PodSpec {
	if w.Job != nil {
		return w.Job.Spec.Template.Spec
	}
	var spec corev1.PodSpec
	decode(Child(w.Pods, "spec"), &spec)
	return spec
}

// Field returns the place of a value below the template, or of the template's
// kind of thing where it is not there.
func (w *Workload) Field(keys ...string) lang.Span { return w.Span(Child(w.Template, keys...)) }

// Span returns the place of a node in the file: of a scalar all of it, else the
// beginning.
func (w *Workload) Span(n *yaml.Node) lang.Span {
	if n == nil {
		n = w.Root
	}
	at := w.Document.offset(n)
	if n.Kind != yaml.ScalarNode {
		return lang.Span{Start: at, End: at}
	}
	read := readScalar(w.Document.text, afterProperties(w.Document.text, at), n)
	return lang.Span{Start: read.begin, End: read.end}
}

// Annotation returns the place of an annotation's value.
func (w *Workload) Annotation(key string) lang.Span {
	if n := Child(w.Template, "metadata", "annotations", key); n != nil {
		return w.Span(n)
	}
	return w.Span(Child(w.Root, "metadata", "annotations", key))
}

// Expression returns the place of a part of the expression.
func (w *Workload) Expression(of lang.Span) lang.Span {
	if w.Source == nil {
		return w.Span(w.Value)
	}
	return w.Source.span(of)
}

// workloadsIn returns the workloads of a document, in its order. namespace is
// that of objects that name none.
func workloadsIn(d *document, namespace string) []*Workload {
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
	found []*Workload
}

// object looks at an object, or a list of objects. The items of a JobList need
// not say their kind.
func (f *finder) object(n *yaml.Node, kind, version string) {
	n = Target(n)
	if n == nil || n.Kind != yaml.MappingNode || f.seen[n] {
		return
	}
	f.seen[n] = true
	if given := Word(n, "kind"); given != "" {
		kind, version = given, Word(n, "apiVersion")
	}
	if of, isList := strings.CutSuffix(kind, "List"); isList {
		if items := Target(Child(n, "items")); items != nil && items.Kind == yaml.SequenceNode {
			for _, item := range items.Content {
				f.object(item, of, version)
			}
		}
		return
	}
	w := &Workload{Document: f.document, Kind: kind, Root: n, Pods: Child(n, "spec", "template")}
	switch group, _, _ := strings.Cut(version, "/"); {
	case kind == "Job" && isOf(version, group, "batch"):
		w.Template = n
	case kind == "CronJob" && isOf(version, group, "batch"):
		if w.Template = Target(Child(n, "spec", "jobTemplate")); w.Template == nil {
			return
		}
		w.Pods = Child(w.Template, "spec", "template")
	case kind == "Pod" && (version == "" || version == "v1"):
		w.Pods = n
	case slices.Contains([]string{"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"}, kind) && isOf(version, group, "apps"):
	case kind == "ResourceQuota" && (version == "" || version == "v1"):
	case IsForeignWork(kind):
	default:
		return // what runs no pods
	}
	w.Name, w.Namespace = Word(Child(n, "metadata"), "name"), Word(Child(n, "metadata"), "namespace")
	if w.Namespace == "" {
		w.Namespace = f.namespace
	}
	if w.Template != nil {
		w.Value, w.siblings = Entry(Target(Child(w.Template, "metadata", "annotations")), gate.DependsOnAnnotation)
		w.read()
	}
	if w.Name == "" {
		w.Name = Word(Child(n, "metadata"), "generateName")
	}
	f.found = append(f.found, w)
}

// IsForeignWork reports whether objects of a kind of another project run pods to an
// end: people annotate them as they do Jobs, and the gate does not hold them.
func IsForeignWork(kind string) bool {
	return strings.HasSuffix(kind, "Job") || slices.Contains([]string{
		"JobSet", "Workflow", "CronWorkflow", "PipelineRun", "TaskRun", "SparkApplication", "AppWrapper", "RayCluster", "LeaderWorkerSet",
	}, kind)
}

// Quota returns how many pods a ResourceQuota allows, 0 if it does not say or is
// none.
func (w *Workload) Quota() int64 {
	if w.Kind != "ResourceQuota" {
		return 0
	}
	least := int64(0)
	for _, key := range []string{"pods", "count/pods"} {
		if n, err := strconv.ParseInt(Word(Child(w.Root, "spec", "hard"), key), 10, 64); err == nil && n > 0 && (least == 0 || n < least) {
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
func (w *Workload) read() {
	w.Job = &batchv1.Job{}
	decode(Child(w.Template, "spec"), &w.Job.Spec)
	metadata := Child(w.Template, "metadata")
	decode(Child(metadata, "labels"), &w.Job.Labels)
	decode(Child(metadata, "annotations"), &w.Job.Annotations)
	decode(Child(metadata, "ownerReferences"), &w.Job.OwnerReferences)
	if w.Value != nil {
		if w.Job.Annotations == nil {
			w.Job.Annotations = map[string]string{}
		}
		w.Job.Annotations[gate.DependsOnAnnotation] = Target(w.Value).Value
	}
	w.Job.Namespace = w.Namespace
	if w.Kind == "Job" {
		w.Job.Name = w.Name
	}
	w.Facts = AsApplied(w.Job)
}
