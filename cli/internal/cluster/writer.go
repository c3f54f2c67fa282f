package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilwait "k8s.io/apimachinery/pkg/util/wait"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	rbacv1client "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/metadata"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// attempts bounds how often a write that others got in the way of is tried.
const attempts = 10

// Writer deletes objects and patches Jobs. Beside submitter, which
// creates, it is the only code of the command that writes to a cluster.
type Writer struct {
	objects metadata.Interface
	// bindings tell where the gate is installed.
	bindings rbacv1client.ClusterRoleBindingsGetter
	jobs     batchv1client.JobsGetter
	DryRun   command.DryRun
}

// MissingRight is something that the user may not do.
type MissingRight struct {
	verb, namespace string
	resource        schema.GroupResource
}

func (m *MissingRight) Error() string {
	where := ""
	if m.namespace != "" {
		where = " in namespace " + m.namespace
	}
	return fmt.Sprintf("you may not %s %s%s", m.verb, m.resource, where)
}

// explain makes an answer of the API server an error that says what was done.
func explain(err error, verb string, k Kind, namespace, name string) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err):
		return &MissingRight{verb, namespace, k.Resource.GroupResource()}
	}
	return fmt.Errorf("%s %s %s: %w", verb, k.singular, name, err)
}

func (c *Writer) client(k Kind, namespace string) metadata.ResourceInterface {
	if namespace == "" {
		return c.objects.Resource(k.Resource)
	}
	return c.objects.Resource(k.Resource).Namespace(namespace)
}

// Remove deletes an object and reports whether it was there. One that is on its
// way out counts.
func (c *Writer) Remove(ctx context.Context, i Installed) (bool, error) {
	verb, err := "delete", error(nil)
	if c.DryRun == command.DryRunClient {
		verb = "get"
		_, err = c.client(i.Kind, i.Namespace).Get(ctx, i.Name, metav1.GetOptions{})
	} else {
		options := metav1.DeleteOptions{DryRun: c.DryRun.Option()}
		if i.Kind == deploymentKind {
			// So that it is there until its pods are gone.
			options.PropagationPolicy = ptr.To(metav1.DeletePropagationForeground)
		}
		err = c.client(i.Kind, i.Namespace).Delete(ctx, i.Name, options)
	}
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	if apierrors.IsConflict(err) && i.Kind == namespaceKind {
		return true, nil // it is being emptied already
	}
	return err == nil, explain(err, verb, i.Kind, i.Namespace, i.Name)
}

// AwaitGone waits until an object is there no more. A dry run only tries whether
// it may look.
func (c *Writer) AwaitGone(ctx context.Context, i Installed, timeout time.Duration) error {
	return until(ctx, timeout, i.String(), func(ctx context.Context) (bool, error) {
		_, err := c.client(i.Kind, i.Namespace).Get(ctx, i.Name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return true, nil
		}
		return c.DryRun != command.DryRunNone, explain(err, "get", i.Kind, i.Namespace, i.Name)
	})
}

// Installation returns where depctl is installed.
func (c *Writer) Installation(ctx context.Context) Installation {
	return FindInstallation(ctx, c.bindings)
}

// AwaitNoGate waits until no pod of the gate is left: as long as one lives, it
// adds finalizers. A dry run only tries whether it may look.
func (c *Writer) AwaitNoGate(ctx context.Context, n Installation, timeout time.Duration) error {
	return until(ctx, timeout, "a pod of "+GateName, func(ctx context.Context) (bool, error) {
		left, err := c.client(podKind, n.Namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + GateName})
		if err != nil {
			return false, explain(err, "list", podKind, n.Namespace, GateName)
		}
		return len(left.Items) == 0 || c.DryRun != command.DryRunNone, nil
	})
}

func until(ctx context.Context, timeout time.Duration, what string, gone utilwait.ConditionWithContextFunc) error {
	err := utilwait.PollUntilContextTimeout(ctx, 200*time.Millisecond, timeout, true, gone)
	if utilwait.Interrupted(err) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s is still there after %s; see why, and run the command again", what, timeout)
	}
	return err
}

// Read returns the Jobs of all namespaces, and what else waits.
func (c *Writer) Read(ctx context.Context, now time.Time) (*snapshot.World, error) {
	w, err := readAll(ctx, c.jobs, now)
	if err != nil {
		return w, explain(err, "list", JobKind, "", "of all namespaces")
	}
	w.Access = snapshot.Hopeful{Access: w.Access} // nobody asks any more
	for _, k := range kind.Held() {
		of := Kind{gate.ResourceOf(k), k.Name}
		list, err := c.client(of, "").List(ctx, metav1.ListOptions{LabelSelector: gate.HeldLabel})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return w, explain(err, "list", of, "", "of all namespaces")
		}
		for i := range list.Items {
			w.Add(waiting(k, &list.Items[i]))
		}
	}
	return w, nil
}

// waiting returns the facts of an object of which there is the metadata: one without the record of a
// release is held.
func waiting(k kind.Kind, o *metav1.PartialObjectMetadata) gate.Job {
	whole := &unstructured.Unstructured{Object: map[string]any{}}
	if meta, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&o.ObjectMeta); err == nil {
		whole.Object["metadata"] = meta
	}
	gate.Hold(k, whole) // of a Pod with gates of others before ours the patch tests in vain, and says so
	return gate.ObserveHeld(k, whole, &lang.Object{UID: string(o.UID), Created: o.CreationTimestamp.Time})
}

// PatchJob writes to a Job what patch makes of its present state, nil for
// nothing, and reports whether it did. It tries again if somebody else was
// faster.
func (c *Writer) PatchJob(ctx context.Context, job gate.Job, how types.PatchType, patch func(gate.Job) ([]byte, error)) (bool, error) {
	for attempt := 1; ; attempt++ {
		body, err := patch(job)
		if err != nil || body == nil {
			return false, err
		}
		if c.DryRun == command.DryRunClient {
			return true, nil
		}
		err = c.patch(ctx, job, how, body)
		// A JSON patch is invalid if one of its tests fails.
		overtaken := apierrors.IsConflict(err) || how == types.JSONPatchType && apierrors.IsInvalid(err)
		if !overtaken || attempt == attempts {
			return settled(err, "patch", job)
		}
		if job, err = c.again(ctx, job); err != nil {
			return settled(err, "get", job)
		}
	}
}

func (c *Writer) patch(ctx context.Context, job gate.Job, how types.PatchType, body []byte) error {
	o := metav1.PatchOptions{DryRun: c.DryRun.Option(), FieldManager: "depctl"}
	if !job.IsJob() {
		_, err := c.client(heldKind(job.Identity()), job.Namespace).Patch(ctx, job.Name, how, body, o)
		return err
	}
	_, err := c.jobs.Jobs(job.Namespace).Patch(ctx, job.Name, how, body, o)
	return err
}

// again returns a Job as it is now, and where it cannot be read, as it was.
func (c *Writer) again(ctx context.Context, job gate.Job) (gate.Job, error) {
	if !job.IsJob() {
		now, err := c.client(heldKind(job.Identity()), job.Namespace).Get(ctx, job.Name, metav1.GetOptions{})
		if err != nil {
			return job, err
		}
		k, _ := kind.Of(job.Kind)
		return waiting(k, now), nil
	}
	now, err := c.jobs.Jobs(job.Namespace).Get(ctx, job.Name, metav1.GetOptions{})
	if err != nil {
		return job, err
	}
	return gate.Observe(now), nil
}

// settled reports whether the Job was written to: not if it is gone, which is
// no error.
func settled(err error, verb string, job gate.Job) (bool, error) {
	if apierrors.IsNotFound(err) {
		return false, nil
	}
	return err == nil, explain(err, verb, heldKind(job.Identity()), job.Namespace, job.Identity().String())
}
