package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/dynamic"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// fieldManager is the name under which the API server notes what was written.
const fieldManager = "depctl"

// JobClient reads and changes single Jobs for a person. It keeps all their fields,
// those too that this program does not know: what a newer cluster has stored must
// not be lost when a Job is recreated.
type JobClient struct {
	objects dynamic.Interface
	// typed reads many Jobs at once, to see how they hang together.
	typed  batchv1client.JobsGetter
	DryRun command.DryRun
	// Strict has Jobs refused in which fields are that nobody knows.
	Strict bool
	// Person is who asks, once that is known.
	Person string
}

// JobClient returns what does things to single Jobs.
func (f *Factory) JobClient() (*JobClient, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	typed, err := f.jobs()
	if err != nil {
		return nil, err
	}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return &JobClient{objects: objects, typed: typed}, nil
}

// Reader returns what reads the Jobs of a namespace, or of all if it is empty.
func (c *JobClient) Reader(namespace string) *Reader { return NewJobReader(c.typed, namespace) }

// ReadAll reads the Jobs of all namespaces.
func (c *JobClient) ReadAll(ctx context.Context, now time.Time) (*snapshot.World, error) {
	return readAll(ctx, c.typed, now)
}

// LiveJob is a Job that is to be acted on, or what else waits: all of it, and what matters of it.
type LiveJob struct {
	Raw *unstructured.Unstructured
	// Full is a Job as batch/v1 has it; nil for another kind.
	Full *batchv1.Job
	gate.Job
}

// ResourceOf returns what kubectl calls the kind of a Job, or of what else waits, in messages.
func ResourceOf(job gate.Job) string {
	k := heldKind(job.Identity())
	return schema.GroupResource{Group: k.Resource.Group, Resource: k.singular}.String()
}

// NewLiveJob returns a Job, or what else waits, as the API server sent it.
func NewLiveJob(raw *unstructured.Unstructured) (LiveJob, error) {
	if k, is := kind.HeldAs(raw.GroupVersionKind().Group, raw.GetKind()); is {
		return LiveJob{Raw: raw, Job: lookup.ObserveHeld(k, raw)}, nil
	}
	full := &batchv1.Job{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, full); err != nil {
		return LiveJob{}, fmt.Errorf("job %s/%s is not as batch/v1 has it: %w", raw.GetNamespace(), raw.GetName(), err)
	}
	return LiveJob{Raw: raw, Full: full, Job: gate.Observe(full)}, nil
}

// heldKind returns the kind of what is held.
func heldKind(ref lang.Ref) Kind {
	if ref.Kind == lang.KindJob {
		return JobKind
	}
	k, _ := kind.Of(ref.Kind)
	return Kind{gate.ResourceOf(k), k.Name}
}

func (c *JobClient) in(namespace string, k Kind) dynamic.ResourceInterface {
	return c.objects.Resource(k.Resource).Namespace(namespace)
}

// Get reads one Job, or one object of a kind that is held.
func (c *JobClient) Get(ctx context.Context, ref lang.Ref) (LiveJob, error) {
	k := heldKind(ref)
	raw, err := c.in(ref.Namespace, k).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil {
		return LiveJob{}, c.Explain(ctx, err, Right{"get", k, "", ref.Namespace}, ref)
	}
	return NewLiveJob(raw)
}

// CronJob reads one CronJob.
func (c *JobClient) CronJob(ctx context.Context, namespace, name string) (*unstructured.Unstructured, error) {
	raw, err := c.in(namespace, cronJobKind).Get(ctx, name, metav1.GetOptions{})
	return raw, c.Explain(ctx, err, Right{"get", cronJobKind, "", namespace}, gate.CronJobRef(namespace, name))
}

// List reads the Jobs of a namespace, or of all, that a selector matches.
func (c *JobClient) List(ctx context.Context, namespace, selector string) ([]LiveJob, error) {
	return c.list(ctx, JobKind, namespace, selector)
}

func (c *JobClient) list(ctx context.Context, k Kind, namespace, selector string) ([]LiveJob, error) {
	var found []LiveJob
	options := metav1.ListOptions{LabelSelector: selector, Limit: 500}
	for {
		page, err := c.in(namespace, k).List(ctx, options)
		if err != nil {
			return nil, c.Explain(ctx, err, Right{"list", k, "", namespace}, lang.Ref{})
		}
		for i := range page.Items {
			t, err := NewLiveJob(&page.Items[i])
			if err != nil {
				return nil, err
			}
			found = append(found, t)
		}
		if options.Continue = page.GetContinue(); options.Continue == "" {
			return found, nil
		}
	}
}

// Change is what is to be written to a Job.
type Change struct {
	Kind types.PatchType
	// Of is the subresource, empty for the Job itself.
	Of string
	// Patch returns what to write, nil for nothing, or why not.
	Patch func(LiveJob) ([]byte, error)
}

// Apply writes a change to a Job and returns what it is then, and whether anything
// was to be written. If somebody else was faster, it looks again, at the same Job.
func (c *JobClient) Apply(ctx context.Context, t LiveJob, ch Change) (LiveJob, bool, error) {
	k := heldKind(t.Identity())
	for attempt := 1; ; attempt++ {
		body, err := ch.Patch(t)
		if err != nil || body == nil {
			return t, false, err
		}
		if c.DryRun == command.DryRunClient {
			after, err := Locally(t, ch.Kind, body)
			return after, true, err
		}
		var of []string
		if ch.Of != "" {
			of = []string{ch.Of}
		}
		raw, err := c.in(t.Namespace, k).Patch(ctx, t.Name, ch.Kind, body,
			metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: fieldManager}, of...)
		if err == nil {
			after, err := NewLiveJob(raw)
			return after, true, err
		}
		overtaken := apierrors.IsConflict(err) || ch.Kind == types.JSONPatchType && apierrors.IsInvalid(err)
		if !overtaken || attempt == attempts {
			return t, false, c.Explain(ctx, err, Right{"patch", k, ch.Of, t.Namespace}, t.Identity())
		}
		now, err := c.Get(ctx, t.Identity())
		if err != nil {
			return t, false, err
		}
		if now.UID != t.UID {
			return t, false, fmt.Errorf("%s %s was recreated meanwhile, and is left alone", strings.ToLower(t.Noun()), t.Identity())
		}
		t = now
	}
}

// Locally returns what a patch makes of a Job, without asking anybody.
func Locally(t LiveJob, how types.PatchType, patch []byte) (LiveJob, error) {
	document, err := json.Marshal(t.Raw)
	if err != nil {
		return t, fmt.Errorf("encoding Job %s: %w", t.Identity(), err)
	}
	switch how {
	case types.JSONPatchType:
		var decoded jsonpatch.Patch
		if decoded, err = jsonpatch.DecodePatch(patch); err == nil {
			document, err = decoded.Apply(document)
		}
	case types.StrategicMergePatchType:
		document, err = strategicpatch.StrategicMergePatch(document, patch, batchv1.Job{})
	default:
		document, err = jsonpatch.MergePatch(document, patch)
	}
	after := &unstructured.Unstructured{}
	if err == nil {
		err = after.UnmarshalJSON(document)
	}
	if err != nil {
		return t, fmt.Errorf("changing Job %s: %w", t.Identity(), err)
	}
	return NewLiveJob(after)
}

// Remove deletes a Job, and its pods before it. Without a propagation policy the
// API server would orphan the pods.
func (c *JobClient) Remove(ctx context.Context, t LiveJob) error {
	if c.DryRun == command.DryRunClient {
		return nil
	}
	err := c.in(t.Namespace, JobKind).Delete(ctx, t.Name, metav1.DeleteOptions{
		PropagationPolicy: ptr.To(metav1.DeletePropagationForeground),
		Preconditions:     &metav1.Preconditions{UID: ptr.To(t.UID)},
		DryRun:            c.DryRun.Option(),
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return c.Explain(ctx, err, Right{"delete", JobKind, "", t.Namespace}, t.Identity())
}

// AwaitGone waits until a Job is there no more, and with it all of its pods.
// Another Job of its name is another Job.
func (c *JobClient) AwaitGone(ctx context.Context, t LiveJob, timeout time.Duration) error {
	var keeps []string
	err := until(ctx, timeout, "Job "+t.Identity().String(), func(ctx context.Context) (bool, error) {
		raw, err := c.in(t.Namespace, JobKind).Get(ctx, t.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		if err != nil {
			return false, c.Explain(ctx, err, Right{"get", JobKind, "", t.Namespace}, t.Identity())
		}
		keeps = raw.GetFinalizers()
		return raw.GetUID() != t.UID, nil
	})
	if err != nil && len(keeps) > 0 {
		return fmt.Errorf("%w; its finalizers are %s", err, strings.Join(keeps, ", "))
	}
	return err
}

// Create makes a Job.
func (c *JobClient) Create(ctx context.Context, raw *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if c.DryRun == command.DryRunClient {
		return raw, nil
	}
	options := metav1.CreateOptions{DryRun: c.DryRun.Option(), FieldManager: fieldManager}
	if c.Strict {
		options.FieldValidation = metav1.FieldValidationStrict
	}
	return c.in(raw.GetNamespace(), JobKind).Create(ctx, raw, options)
}

// User returns the name of the person who asks, as the API server knows it, empty
// if it does not tell.
func (c *JobClient) User(ctx context.Context) string {
	if c.Person != "" {
		return c.Person
	}
	reviews := schema.GroupVersionResource{Group: "authentication.k8s.io", Version: "v1", Resource: "selfsubjectreviews"}
	review, err := c.objects.Resource(reviews).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
	}}, metav1.CreateOptions{})
	if err != nil {
		return ""
	}
	c.Person, _, _ = unstructured.NestedString(review.Object, "status", "userInfo", "username")
	return c.Person
}
