package cli

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
	"depctl.dev/lang"
)

// fieldManager is the name under which the API server notes what was written.
const fieldManager = "depctl"

// jobClient reads and changes single Jobs for a person. It keeps all their fields,
// those too that this program does not know: what a newer cluster has stored must
// not be lost when a Job is made again.
type jobClient struct {
	objects dynamic.Interface
	// typed reads many Jobs at once, to see how they hang together.
	typed  batchv1client.JobsGetter
	dryRun command.DryRun
	// person is who asks, once that is known.
	person string
}

func (f *factory) jobClient() (*jobClient, error) {
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
	return &jobClient{objects: objects, typed: typed}, nil
}

// reader returns what reads the Jobs of a namespace, or of all if it is empty.
func (c *jobClient) reader(namespace string) *cluster { return readerOf(c.typed, namespace) }

// readAll reads the Jobs of all namespaces.
func (c *jobClient) readAll(ctx context.Context, now time.Time) (*snapshot.World, error) {
	return readAll(ctx, c.typed, now)
}

// liveJob is a Job that is to be acted on: all of it, as batch/v1 has it, and what
// matters of it.
type liveJob struct {
	raw  *unstructured.Unstructured
	full *batchv1.Job
	gate.Job
}

func newLiveJob(raw *unstructured.Unstructured) (liveJob, error) {
	full := &batchv1.Job{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw.Object, full); err != nil {
		return liveJob{}, fmt.Errorf("job %s/%s is not as batch/v1 has it: %w", raw.GetNamespace(), raw.GetName(), err)
	}
	return liveJob{raw: raw, full: full, Job: gate.Observe(full)}, nil
}

func (c *jobClient) in(namespace string, k kind) dynamic.ResourceInterface {
	return c.objects.Resource(k.resource).Namespace(namespace)
}

// get reads one Job.
func (c *jobClient) get(ctx context.Context, ref lang.Ref) (liveJob, error) {
	raw, err := c.in(ref.Namespace, jobKind).Get(ctx, ref.Name, metav1.GetOptions{})
	if err != nil {
		return liveJob{}, c.explain(ctx, err, right{"get", jobKind, "", ref.Namespace}, ref)
	}
	return newLiveJob(raw)
}

// list reads the Jobs of a namespace, or of all, that a selector matches.
func (c *jobClient) list(ctx context.Context, namespace, selector string) ([]liveJob, error) {
	var found []liveJob
	options := metav1.ListOptions{LabelSelector: selector, Limit: 500}
	for {
		page, err := c.in(namespace, jobKind).List(ctx, options)
		if err != nil {
			return nil, c.explain(ctx, err, right{"list", jobKind, "", namespace}, lang.Ref{})
		}
		for i := range page.Items {
			t, err := newLiveJob(&page.Items[i])
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

// change is what is to be written to a Job.
type change struct {
	kind types.PatchType
	// of is the subresource, empty for the Job itself.
	of string
	// patch returns what to write, nil for nothing, or why not.
	patch func(liveJob) ([]byte, error)
}

// apply writes a change to a Job and returns what it is then, and whether anything
// was to be written. If somebody else was faster, it looks again, at the same Job.
func (c *jobClient) apply(ctx context.Context, t liveJob, ch change) (liveJob, bool, error) {
	for attempt := 1; ; attempt++ {
		body, err := ch.patch(t)
		if err != nil || body == nil {
			return t, false, err
		}
		if c.dryRun == command.DryRunClient {
			after, err := locally(t, ch.kind, body)
			return after, true, err
		}
		var of []string
		if ch.of != "" {
			of = []string{ch.of}
		}
		raw, err := c.in(t.Namespace, jobKind).Patch(ctx, t.Name, ch.kind, body,
			metav1.PatchOptions{DryRun: c.dryRun.Option(), FieldManager: fieldManager}, of...)
		if err == nil {
			after, err := newLiveJob(raw)
			return after, true, err
		}
		overtaken := apierrors.IsConflict(err) || ch.kind == types.JSONPatchType && apierrors.IsInvalid(err)
		if !overtaken || attempt == attempts {
			return t, false, c.explain(ctx, err, right{"patch", jobKind, ch.of, t.Namespace}, t.Ref())
		}
		now, err := c.get(ctx, t.Ref())
		if err != nil {
			return t, false, err
		}
		if now.UID != t.UID {
			return t, false, fmt.Errorf("job %s was made again meanwhile, and is left alone", t.Ref())
		}
		t = now
	}
}

// locally returns what a patch makes of a Job, without asking anybody.
func locally(t liveJob, kind types.PatchType, patch []byte) (liveJob, error) {
	document, err := json.Marshal(t.raw)
	if err != nil {
		return t, fmt.Errorf("encoding Job %s: %w", t.Ref(), err)
	}
	switch kind {
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
		return t, fmt.Errorf("changing Job %s: %w", t.Ref(), err)
	}
	return newLiveJob(after)
}

// remove deletes a Job, and its pods before it. Without a propagation policy the
// API server would orphan the pods.
func (c *jobClient) remove(ctx context.Context, t liveJob) error {
	if c.dryRun == command.DryRunClient {
		return nil
	}
	err := c.in(t.Namespace, jobKind).Delete(ctx, t.Name, metav1.DeleteOptions{
		PropagationPolicy: ptr.To(metav1.DeletePropagationForeground),
		Preconditions:     &metav1.Preconditions{UID: ptr.To(t.UID)},
		DryRun:            c.dryRun.Option(),
	})
	if apierrors.IsNotFound(err) {
		return nil
	}
	return c.explain(ctx, err, right{"delete", jobKind, "", t.Namespace}, t.Ref())
}

// awaitGone waits until a Job is there no more, and with it all of its pods.
// Another Job of its name is another Job.
func (c *jobClient) awaitGone(ctx context.Context, t liveJob, timeout time.Duration) error {
	var keeps []string
	err := until(ctx, timeout, "Job "+t.Ref().String(), func(ctx context.Context) (bool, error) {
		raw, err := c.in(t.Namespace, jobKind).Get(ctx, t.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		if err != nil {
			return false, c.explain(ctx, err, right{"get", jobKind, "", t.Namespace}, t.Ref())
		}
		keeps = raw.GetFinalizers()
		return raw.GetUID() != t.UID, nil
	})
	if err != nil && len(keeps) > 0 {
		return fmt.Errorf("%w; its finalizers are %s", err, strings.Join(keeps, ", "))
	}
	return err
}

// create makes a Job.
func (c *jobClient) create(ctx context.Context, raw *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	if c.dryRun == command.DryRunClient {
		return raw, nil
	}
	return c.in(raw.GetNamespace(), jobKind).Create(ctx, raw, metav1.CreateOptions{DryRun: c.dryRun.Option(), FieldManager: fieldManager})
}

// user returns the name of the person who asks, as the API server knows it, empty
// if it does not tell.
func (c *jobClient) user(ctx context.Context) string {
	if c.person != "" {
		return c.person
	}
	reviews := schema.GroupVersionResource{Group: "authentication.k8s.io", Version: "v1", Resource: "selfsubjectreviews"}
	review, err := c.objects.Resource(reviews).Create(ctx, &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview",
	}}, metav1.CreateOptions{})
	if err != nil {
		return ""
	}
	c.person, _, _ = unstructured.NestedString(review.Object, "status", "userInfo", "username")
	return c.person
}
