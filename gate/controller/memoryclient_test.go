package controller

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	appsv1client "k8s.io/client-go/kubernetes/typed/apps/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/test/simulation"
)

// client is what one gate reaches of the simulated cluster: it can read and patch Jobs, read pods, and patch CronJobs.
type client struct {
	kubernetes.Interface
	batchv1client.BatchV1Interface
	p  *player
	of *Controller
}

func (c client) BatchV1() batchv1client.BatchV1Interface { return c }

// AppsV1 is not asked: nothing here is a Deployment.
func (c client) AppsV1() appsv1client.AppsV1Interface { return nil }

// CoreV1 has the pods that have succeeded.
func (c client) CoreV1() corev1client.CoreV1Interface { return podReader{client: c} }

func (c client) CronJobs(namespace string) batchv1client.CronJobInterface {
	return cronPatcher{client: c, namespace: namespace}
}

func (c client) Jobs(namespace string) batchv1client.JobInterface {
	return patcher{client: c, namespace: namespace}
}

type patcher struct {
	batchv1client.JobInterface
	client
	namespace string
}

var errKilled = errors.New("the gate was killed")

// Patch arrives while others go on, and so does its answer.
func (c patcher) Patch(_ context.Context, name string, kind types.PatchType, patch []byte, _ metav1.PatchOptions, sub ...string) (*batchv1.Job, error) {
	p := c.p
	if c.of != p.gate {
		return nil, errKilled
	}
	ref := c.of.store.keyOf(lang.Job(c.namespace, name))
	releases := kind == types.JSONPatchType && strings.Contains(string(patch), `"/spec/suspend"`)
	switch {
	case releases && p.retried == ref: // once more without the label of the pods, on the same decision
		p.retried = lang.Ref{}
	case releases:
		p.right(ref, gate.Releasing)
	case slices.Contains(sub, "status") && strings.Contains(string(patch), `"FailureTarget"`):
		p.right(ref, gate.Failing)
	}
	before := p.cluster.Get(c.namespace, name)
	kept := before != nil && p.keeps(before)
	p.meanwhile()
	patched, err := p.cluster.Patch(c.namespace, name, kind, patch)
	p.tell("patch of %s: %s: %v", ref, patch, err)
	if apierrors.IsInvalid(err) && releases && strings.Contains(string(patch), gate.AwaitedLabel[len("depctl.dev/"):]) {
		p.retried = ref
	}
	if err != nil {
		return nil, err
	}
	if kept && before.UID == patched.UID && patched.DeletionTimestamp != nil && len(patched.Finalizers) == 0 {
		p.outlived(patched)
	}
	if releases {
		require.False(p.t, p.released[string(patched.UID)], "%s was released twice", ref)
		p.released[string(patched.UID)] = true
		require.True(p.t, simulation.IsReleased(patched))
	}
	p.meanwhile()
	if c.of != p.gate {
		return nil, errKilled
	}
	p.known.answered(gate.Observe(patched))
	return patched, nil
}

// List answers with one Job as it is now, and others go on before and after.
func (c patcher) List(ctx context.Context, o metav1.ListOptions) (*batchv1.JobList, error) {
	name := strings.TrimPrefix(o.FieldSelector, "metadata.name=")
	c.p.meanwhile()
	job := c.p.cluster.Get(c.namespace, name)
	if c.of != c.p.gate {
		return nil, errKilled
	}
	if job == nil {
		return &batchv1.JobList{}, nil
	}
	if ctx.Value(askedFor{}) == nil {
		c.p.known.answered(gate.Observe(job))
	}
	return &batchv1.JobList{Items: []batchv1.Job{*job}}, nil
}

// askedFor is a key of a context in which a Job is only asked for, so that the gate does not take in what it is.
type askedFor struct{}

type podReader struct {
	corev1client.CoreV1Interface
	corev1client.PodInterface
	client
	namespace string
}

func (c podReader) Pods(namespace string) corev1client.PodInterface {
	c.namespace = namespace
	return c
}

// List answers with the pods of one Job, and others go on before and after.
func (c podReader) List(_ context.Context, o metav1.ListOptions) (*corev1.PodList, error) {
	uid := types.UID(strings.TrimPrefix(o.LabelSelector, batchv1.ControllerUidLabel+"="))
	c.p.meanwhile()
	pods := c.p.cluster.Pods(c.namespace, uid)
	c.p.meanwhile()
	if c.of != c.p.gate {
		return nil, errKilled
	}
	c.p.tell("pods of %s: %d", uid, len(pods))
	c.p.known.told(uid, pods)
	return &corev1.PodList{Items: pods}, nil
}

type cronPatcher struct {
	batchv1client.CronJobInterface
	client
	namespace string
}

// Patch arrives while others go on, and so does its answer.
func (c cronPatcher) Patch(_ context.Context, name string, _ types.PatchType, patch []byte, _ metav1.PatchOptions, _ ...string) (*batchv1.CronJob, error) {
	p := c.p
	if c.of != p.gate {
		return nil, errKilled
	}
	p.meanwhile()
	patched, err := p.cluster.PatchCronJob(c.namespace, name, patch)
	p.tell("patch of CronJob %s: %s: %v", name, patch, err)
	p.meanwhile()
	switch {
	case err != nil:
		return nil, err
	case c.of != p.gate:
		return nil, errKilled
	}
	p.known.answeredCronJob(patched)
	return patched, nil
}

// meanwhile lets others go on while a patch is under way.
func (p *player) meanwhile() {
	if p.depth > 1 {
		return
	}
	p.depth++
	for p.random.IntN(3) == 0 && p.step() {
	}
	p.depth--
}
