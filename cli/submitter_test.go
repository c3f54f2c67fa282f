package cli

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"

	"depctl.dev/cli/submit"
)

func fakeSubmitter(objects ...runtime.Object) (*submitter, *fake.Clientset) {
	client := fake.NewClientset(objects...)
	return &submitter{all: client.BatchV1(), core: client.CoreV1(), namespace: "batch", dryRun: dryRunNone}, client
}

func withScript() *submit.Submission {
	return &submit.Submission{
		Job:    &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", UID: "u"}},
		Script: &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "sim-script-x7k2p"}},
	}
}

func TestAScriptIsOwnedByItsJob(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter()
	require.NoError(t, s.create(t.Context(), withScript()))
	script, err := client.CoreV1().ConfigMaps("batch").Get(t.Context(), "sim-script-x7k2p", metav1.GetOptions{})
	require.NoError(t, err)
	require.Len(t, script.OwnerReferences, 1)
	require.Equal(t, "sim", script.OwnerReferences[0].Name)
	require.EqualValues(t, "u", script.OwnerReferences[0].UID)
}

func TestAJobWhoseScriptCannotBeCreatedIsDeletedAgain(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]bool{"refused": false, "interrupted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client := fakeSubmitter()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			client.PrependReactor("create", "configmaps", func(clienttesting.Action) (bool, runtime.Object, error) {
				if interrupt {
					cancel()
				}
				return true, nil, errors.New("no room")
			})
			err := s.create(ctx, withScript())
			require.ErrorContains(t, err, "no room\nJob sim was deleted again")
			_, err = client.BatchV1().Jobs("batch").Get(t.Context(), "sim", metav1.GetOptions{})
			require.True(t, apierrors.IsNotFound(err))
		})
	}
}

func TestAJobThatCannotBeDeletedAgainIsReported(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter()
	fail := func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, errors.New("away") }
	client.PrependReactor("create", "configmaps", fail)
	client.PrependReactor("delete", "jobs", fail)
	require.ErrorContains(t, s.create(t.Context(), withScript()), "it does not run without its script, delete it")
}

func TestAJobThatExistsIsNotTouched(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", Namespace: "batch", UID: "other"}})
	require.ErrorContains(t, s.create(t.Context(), withScript()), "delete that one, choose another --name, or end it in - for a new name each time")
	job, err := client.BatchV1().Jobs("batch").Get(t.Context(), "sim", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, "other", job.UID)
}
