package controller

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	appsv1client "k8s.io/client-go/kubernetes/typed/apps/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"

	"depctl.dev/lang"
)

// picky is an API server that takes no finalizers, and writes down what it takes.
type picky struct {
	kubernetes.Interface
	batchv1client.BatchV1Interface
	batchv1client.JobInterface
	refusal  error
	released bool
}

func (p *picky) BatchV1() batchv1client.BatchV1Interface { return p }

// AppsV1 is not asked: nothing here is a Deployment.
func (p *picky) AppsV1() appsv1client.AppsV1Interface { return nil }

func (p *picky) Jobs(string) batchv1client.JobInterface { return p }

func (p *picky) Patch(_ context.Context, name string, _ types.PatchType, patch []byte, _ metav1.PatchOptions, _ ...string) (*batchv1.Job, error) {
	if strings.Contains(string(patch), "finalizers") {
		return nil, p.refusal
	}
	p.released = true
	return job(name, "9", "extract"), nil
}

// A prerequisite that is cleaned away as soon as it ends must not start before it
// has the finalizer, if it can get one.
func TestAJobIsGuardedBeforeItIsReleased(t *testing.T) {
	t.Parallel()
	jobs := schema.GroupResource{Group: "batch", Resource: "jobs"}
	for name, test := range map[string]struct {
		refusal error
		want    bool
	}{
		"a conflict is tried again first":          {apierrors.NewConflict(jobs, "clean", errors.New("changed")), false},
		"so is an API server that is away":         {errors.New("connection refused"), false},
		"a policy that forbids it holds nobody up": {apierrors.NewForbidden(jobs, "clean", errors.New("no")), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := &picky{refusal: test.refusal}
			c := New(server, Options{CrossNamespace: OpenNamespaces})
			require.NoError(t, c.store.Replace([]any{
				job("extract", "1", "", complete), job("clean", "2", "extract", ttl), job("load", "3", "clean"),
			}, "3"))
			require.Error(t, c.sync(t.Context(), lang.Job("n", "clean")))
			require.Equal(t, test.want, server.released)
		})
	}
}
