package batch

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// containerName is that of the container which runs the command.
const containerName = "main"

// builder makes a Job of a request.
type builder struct {
	*request
	job *batchv1.Job
	// main is the container that runs the command.
	main *corev1.Container
	// inherited says that the elements and their numbers are the manifest's.
	inherited bool
	script    *corev1.ConfigMap
	// site has the defaults, nil for none, and suffix five random letters.
	site   *Site
	suffix string
}

func (b *builder) build() *Submission {
	b.start()
	if len(b.job.Spec.Template.Spec.Containers) == 0 {
		b.job.Spec.Template.Spec.Containers = []corev1.Container{{Name: containerName}}
	}
	b.main = &b.job.Spec.Template.Spec.Containers[0]
	b.describe()
	b.dependencies()
	b.elements()
	b.policies()
	b.resources()
	b.setQueue()
	b.environment()
	b.command()
	b.security()
	b.vet()
	return &Submission{Job: b.job, Script: b.script}
}

// start takes the manifest, or the site's template, to add to.
func (b *builder) start() {
	switch {
	case b.Manifest != nil:
		b.job = b.Manifest.DeepCopy()
		if numbers, err := Numbers(b.job); err != nil {
			b.fail(place{}, "fix the annotation, or give --array", "%s", err)
		} else if b.array == nil && numbers != nil {
			b.array, b.inherited = numbers, true
		}
	case b.site != nil && b.site.Job != nil:
		b.job = b.site.Job.DeepCopy()
		b.job.Name, b.job.GenerateName = "", ""
	default:
		b.job = &batchv1.Job{}
	}
	b.job.APIVersion, b.job.Kind = "batch/v1", "Job"
}

// describe sets name, labels and annotations.
func (b *builder) describe() {
	given, plain := b.given(), b.plainName()
	if plain == "" {
		b.fail(place{flag: "--name"}, "", "%q has no letter or digit", given)
	}
	b.job.Name, b.job.GenerateName = plain, ""
	if b.generates() {
		b.job.Name, b.job.GenerateName = "", plain+"-"
	}
	if strings.TrimSuffix(given, "-") != plain && plain != "" {
		b.note(place{}, "the Job is called %s: names have lower case letters, digits and -, and %d characters at most", plain, maxName)
	}
	if b.singleton && !strings.HasSuffix(given, "-") {
		b.note(place{}, "with singleton there may be several Jobs %s: each gets five letters more", plain)
	}
	b.setLabel(NameLabel, plain)
	for _, pair := range b.labels {
		b.setLabel(pair[0], pair[1])
	}
	for _, pair := range b.annotations {
		b.annotate(pair[0], pair[1])
	}
	if b.image != "" {
		b.main.Image = b.image
	} else if b.main.Image == "" {
		b.fail(place{}, "say --image, or name one in depctl.yaml: job.spec.template.spec.containers", "there is no image")
	}
	if b.workdir != "" {
		b.main.WorkingDir = b.workdir
	}
}

// vet looks at the expression as the gate will, for this very Job.
func (b *builder) vet() {
	job := gate.Observe(b.job)
	if job.DependsOn == "" || len(b.problems) > 0 {
		return
	}
	expr, err := job.Parse()
	if err != nil {
		b.fail(place{}, err.Error(), "what the Job waits for can never be right")
		return
	}
	for _, found := range expr.Vet(lang.Context{Subject: job.Subject()}) {
		b.note(place{}, "%s: %s [%s]", expr, found.Message, found.Code)
	}
}

func (b *builder) annotate(key, value string) {
	if b.job.Annotations == nil {
		b.job.Annotations = map[string]string{}
	}
	b.job.Annotations[key] = value
}

// setLabel sets a label of the Job and of its pods.
func (b *builder) setLabel(key, value string) {
	for _, labels := range []*map[string]string{&b.job.Labels, &b.job.Spec.Template.Labels} {
		if *labels == nil {
			*labels = map[string]string{}
		}
		(*labels)[key] = value
	}
}

// dependencies sets what the Job waits for. It is suspended too: where the
// admission policies are not in force yet, it must not run.
func (b *builder) dependencies() {
	expression := b.expression()
	if expression == "" {
		delete(b.job.Annotations, gate.DependsOnAnnotation)
		if b.onFailure != "" || b.waitTimeout != "" {
			b.note(place{}, "the Job waits for nothing: what becomes of a wait has no effect")
		}
		if b.hold != "" {
			b.job.Spec.Suspend = ptr.To(true)
			b.annotate(gate.HoldAnnotation, b.hold)
			b.note(place{}, "the Job is suspended; to run it: depctl release NAME")
		}
		return
	}
	b.annotate(gate.DependsOnAnnotation, expression)
	b.job.Spec.Suspend = ptr.To(true)
	for key, value := range map[string]string{
		gate.OnFailureAnnotation: b.onFailure, gate.WaitTimeoutAnnotation: b.waitTimeout, gate.HoldAnnotation: b.hold,
	} {
		if value != "" {
			b.annotate(key, value)
		}
	}
}

// elements makes the Job an array. How many run at once is parallelism, which
// needs nobody to see to it; but where elements wait for one another's
// counterparts, a blocked one of a low index would keep the others out, and the
// gate sees to it.
func (b *builder) elements() {
	if b.array == nil {
		if b.limit > 0 {
			b.note(place{}, "a limit of elements has no effect without an array")
		}
		return
	}
	spec := &b.job.Spec
	if !b.inherited {
		size := int32(b.array.Len())
		spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
		spec.Completions, spec.Parallelism = ptr.To(size), ptr.To(size)
		b.annotate(ArrayAnnotation, b.array.String())
		delete(b.job.Annotations, gate.ArrayLimitAnnotation)
	}
	if b.limit == 0 || b.limit >= b.array.Len() {
		return
	}
	expr, err := lang.Parse(b.job.Annotations[gate.DependsOnAnnotation])
	if err == nil && expr.Elementwise() {
		b.annotate(gate.ArrayLimitAnnotation, strconv.Itoa(b.limit))
	} else {
		spec.Parallelism = ptr.To(int32(b.limit))
	}
}

// policies sets what happens when a pod fails: as on a batch system it is not
// tried again, and an element does not take the others with it.
func (b *builder) policies() {
	spec := &b.job.Spec
	pod := &spec.Template.Spec
	if pod.RestartPolicy == "" {
		pod.RestartPolicy = corev1.RestartPolicyNever
	}
	retries := b.retries
	if retries == nil && spec.BackoffLimit == nil && spec.BackoffLimitPerIndex == nil && (b.Manifest == nil || b.array != nil && !b.inherited) {
		retries = new(int32)
	}
	if retries != nil {
		if b.array != nil {
			spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, retries
		} else {
			spec.BackoffLimit, spec.BackoffLimitPerIndex = retries, nil
		}
	}
	if b.array != nil && spec.BackoffLimitPerIndex == nil && b.byElement() {
		spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, new(int32)
	}
	if spec.BackoffLimitPerIndex != nil && pod.RestartPolicy != corev1.RestartPolicyNever {
		b.fail(place{}, "set it to Never", "elements that fail one by one need restartPolicy Never, and it is %s", pod.RestartPolicy)
	}
	if b.requeue && spec.PodFailurePolicy == nil {
		spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action:          batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
		}}}
	}
	if b.time > 0 {
		seconds := ptr.To(int64(b.time.Seconds()))
		if b.array != nil {
			pod.ActiveDeadlineSeconds = seconds
		} else {
			spec.ActiveDeadlineSeconds = seconds
		}
	}
}

// byElement reports whether an element whose dependency is not met must fail alone.
func (b *builder) byElement() bool {
	expr, err := lang.Parse(b.job.Annotations[gate.DependsOnAnnotation])
	return err == nil && expr.Elementwise()
}

// setQueue adds what the site's template says of the queue.
func (b *builder) setQueue() {
	if b.queue == "" {
		return
	}
	at := place{flag: "queue " + b.queue}
	if b.site == nil || len(b.site.Queues) == 0 {
		b.note(at, "left out: no template says what it is")
		return
	}
	q, ok := b.site.Queues[b.queue]
	if !ok {
		names := slices.Sorted(maps.Keys(b.site.Queues))
		b.fail(at, "there are "+strings.Join(names, ", "), "%s has no such queue", b.site.Name)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(q.Labels)) {
		b.setLabel(key, q.Labels[key])
		if key == kueueLabel && b.job.Annotations[gate.DependsOnAnnotation] != "" {
			b.note(at, "the gate leaves Jobs of Kueue alone: nothing releases this one when what it waits for has come true")
		}
	}
	pod := &b.job.Spec.Template.Spec
	if len(q.NodeSelector) > 0 && pod.NodeSelector == nil {
		pod.NodeSelector = map[string]string{}
	}
	maps.Copy(pod.NodeSelector, q.NodeSelector)
	pod.Tolerations = append(pod.Tolerations, q.Tolerations...)
	if q.PriorityClassName != "" {
		pod.PriorityClassName = q.PriorityClassName
	}
}
