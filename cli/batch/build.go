package batch

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch/request"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// containerName is that of the container which runs the command.
const containerName = "main"

// builder makes a Job of a request.
type builder struct {
	*request.Request
	job *batchv1.Job
	// main is the container that runs the command.
	main *corev1.Container
	// inherited says that the elements and their numbers are the manifest's.
	inherited bool
	script    *corev1.ConfigMap
	table     table
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
	b.number()
	b.volumes()
	b.dependencies()
	b.limits()
	b.elements()
	b.policies()
	b.resources()
	b.setQueue()
	b.environment()
	b.command()
	b.security()
	b.vet()
	return &Submission{Job: b.job, Script: b.script, IDs: max(b.IDs(), 1)}
}

// start takes the manifest, or the site's template, to add to.
func (b *builder) start() {
	switch {
	case b.Manifest != nil:
		b.job = b.Manifest.DeepCopy()
		if numbers, err := request.Numbers(b.job); err != nil {
			b.Fail(request.Place{}, "fix the annotation, or give --array", "%s", err)
		} else if b.Array == nil && numbers != nil {
			b.Array, b.inherited = numbers, true
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
	given, plain := b.Given(), b.PlainName()
	if plain == "" {
		b.Fail(request.Place{Flag: "--name"}, "", "%q has no letter or digit", given)
	}
	b.job.Name, b.job.GenerateName = plain, ""
	if b.Generates() {
		b.job.Name, b.job.GenerateName = "", plain+"-"
	}
	if strings.TrimSuffix(given, "-") != plain && plain != "" && b.ID == 0 {
		b.Note(request.Place{}, "the Job is called %s: names have lower case letters, digits and -, and %d characters at most", plain, request.MaxName)
	}
	if b.Singleton && b.ID == 0 && !strings.HasSuffix(given, "-") {
		b.Note(request.Place{}, "with singleton there may be several Jobs %s: each gets five letters more", plain)
	}
	b.setLabel(request.NameLabel, plain)
	for _, pair := range b.Labels {
		b.setLabel(pair[0], pair[1])
	}
	for _, pair := range b.Annotations {
		b.annotate(pair[0], pair[1])
	}
	if b.Image != "" {
		b.main.Image = b.Image
	} else if b.main.Image == "" {
		b.Fail(request.Place{}, "say --image, or name one in depctl.yaml: job.spec.template.spec.containers", "there is no image")
	}
	if b.Workdir != "" && !b.Mapped {
		b.main.WorkingDir = b.Workdir
	}
}

// vet looks at the expression as the gate will, for this very Job.
func (b *builder) vet() {
	job := gate.Observe(b.job)
	if job.DependsOn == "" || len(b.Problems) > 0 {
		return
	}
	expr, err := job.Parse()
	if err != nil {
		b.Fail(request.Place{}, err.Error(), "what the Job waits for can never be right")
		return
	}
	for _, found := range expr.Vet(lang.Context{Subject: job.Subject()}) {
		b.Note(request.Place{}, "%s: %s [%s]", expr, found.Message, found.Code)
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
	expression := b.Expression()
	if expression == "" {
		delete(b.job.Annotations, gate.DependsOnAnnotation)
	}
	if expression == "" && !b.usesLimits() {
		if b.OnFailure != "" || b.WaitTimeout != "" {
			b.Note(request.Place{}, "the Job waits for nothing: what becomes of a wait has no effect")
		}
		if b.Hold != "" {
			b.job.Spec.Suspend = ptr.To(true)
			b.annotate(gate.HoldAnnotation, b.Hold)
			b.Note(request.Place{}, "the Job is suspended; to run it: depctl release NAME")
		}
		return
	}
	if expression != "" {
		b.annotate(gate.DependsOnAnnotation, expression)
	}
	b.job.Spec.Suspend = ptr.To(true)
	for key, value := range map[string]string{
		gate.OnFailureAnnotation: b.OnFailure, gate.WaitTimeoutAnnotation: b.WaitTimeout, gate.HoldAnnotation: b.Hold,
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
	if b.Array == nil {
		if b.Limit > 0 {
			b.Note(request.Place{}, "a limit of elements has no effect without an array")
		}
		return
	}
	spec := &b.job.Spec
	if !b.inherited {
		size := int32(b.Array.Len())
		spec.CompletionMode = ptr.To(batchv1.IndexedCompletion)
		spec.Completions, spec.Parallelism = ptr.To(size), ptr.To(size)
		b.annotate(request.ArrayAnnotation, b.Array.String())
		delete(b.job.Annotations, gate.ArrayLimitAnnotation)
	}
	if b.Limit == 0 || b.Limit >= b.Array.Len() {
		return
	}
	expr, err := lang.Parse(b.job.Annotations[gate.DependsOnAnnotation])
	if err == nil && expr.Elementwise() {
		b.annotate(gate.ArrayLimitAnnotation, strconv.Itoa(b.Limit))
	} else {
		spec.Parallelism = ptr.To(int32(b.Limit))
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
	retries := b.Retries
	if retries == nil && spec.BackoffLimit == nil && spec.BackoffLimitPerIndex == nil && (b.Manifest == nil || b.Array != nil && !b.inherited) {
		retries = new(int32)
	}
	if retries != nil {
		if b.Array != nil {
			spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, retries
		} else {
			spec.BackoffLimit, spec.BackoffLimitPerIndex = retries, nil
		}
	}
	if b.Array != nil && spec.BackoffLimitPerIndex == nil && b.byElement() {
		spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, new(int32)
	}
	if spec.BackoffLimitPerIndex != nil && pod.RestartPolicy != corev1.RestartPolicyNever {
		b.Fail(request.Place{}, "set it to Never", "elements that fail one by one need restartPolicy Never, and it is %s", pod.RestartPolicy)
	}
	if b.Requeue && spec.PodFailurePolicy == nil {
		spec.PodFailurePolicy = &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action:          batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
		}}}
	}
	if b.Time > 0 {
		seconds := ptr.To(int64(b.Time.Seconds()))
		if b.Array != nil {
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
	if b.Queue == "" {
		return
	}
	at := request.Place{Flag: "queue " + b.Queue}
	if b.Queue == DefaultQueue && (b.site == nil || b.site.Queues[b.Queue].isNothing()) {
		return // where Jobs go without it
	}
	if b.site == nil || len(b.site.Queues) == 0 {
		b.Note(at, "left out: no template says what it is")
		return
	}
	q, ok := b.site.Queues[b.Queue]
	if !ok {
		names := slices.Sorted(maps.Keys(b.site.Queues))
		b.Fail(at, "there are "+strings.Join(names, ", "), "%s has no such queue", b.site.Name)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(q.Labels)) {
		b.setLabel(key, q.Labels[key])
		if key == kueueLabel && b.job.Annotations[gate.DependsOnAnnotation] != "" {
			b.Note(at, "without deploy/components/kueue the gate leaves Jobs of Kueue alone, and this one does not wait")
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
