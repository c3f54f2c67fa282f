package cluster

import (
	"cmp"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/internal/command"
	"depctl.dev/gate"
)

func fakeSubmitter(objects ...runtime.Object) (*Submitter, *fake.Clientset) {
	client := fake.NewClientset(objects...)
	return &Submitter{All: client.BatchV1(), Core: client.CoreV1(), Namespace: "batch", DryRun: command.DryRunNone}, client
}

func withScript() *batch.Submission {
	return &batch.Submission{
		Job:    &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", UID: "u"}},
		Script: &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "sim-script-x7k2p"}},
	}
}

func TestAScriptIsOwnedByItsJob(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter()
	require.NoError(t, s.Create(t.Context(), withScript()))
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
			err := s.Create(ctx, withScript())
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
	require.ErrorContains(t, s.Create(t.Context(), withScript()), "it does not run without its script, delete it")
}

func TestAJobThatExistsIsNotTouched(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", Namespace: "batch", UID: "other"}})
	require.ErrorContains(t, s.Create(t.Context(), withScript()), "delete that one, choose another --name, or end it in - for a new name each time")
	job, err := client.BatchV1().Jobs("batch").Get(t.Context(), "sim", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, "other", job.UID)
}

func TestANameOfABatchSystemIsUsedAgain(t *testing.T) {
	t.Parallel()
	s, client := fakeSubmitter(&batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", Namespace: "batch", UID: "other"}})
	client.PrependReactor("create", "jobs", func(a clienttesting.Action) (bool, runtime.Object, error) {
		job := a.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
		if job.Name == "" {
			job.Name = job.GenerateName + "b4c9d" // as the API server does
		}
		return false, nil, nil
	})
	made := withScript()
	made.Again = "sim-"
	require.NoError(t, s.Create(t.Context(), made))
	require.Equal(t, "sim-b4c9d", made.Job.Name)
	require.Contains(t, s.Remarks(t.Context(), "sim", made.Job)[0], "there is a Job sim already: this one is called sim-b4c9d")
	job, err := client.BatchV1().Jobs("batch").Get(t.Context(), "sim", metav1.GetOptions{})
	require.NoError(t, err)
	require.EqualValues(t, "other", job.UID)
}

func TestWhereNothingHoldsJobsThatWaitItIsSaid(t *testing.T) {
	t.Parallel()
	waits := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", Annotations: map[string]string{gate.DependsOnAnnotation: "prep"}}}
	for name, test := range map[string]struct {
		job    *batchv1.Job
		answer func(job *batchv1.Job) error
		says   string
	}{
		"no policy": {job: waits, answer: func(*batchv1.Job) error { return nil }, says: "there may be no gate"},
		"a policy":  {job: waits, answer: func(job *batchv1.Job) error { job.Spec.Suspend = ptr.To(true); return nil }},
		"no answer": {job: waits, answer: func(*batchv1.Job) error { return errors.New("away") }},
		"no wait":   {job: &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim"}}, answer: func(*batchv1.Job) error { return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, client := fakeSubmitter()
			client.PrependReactor("create", "jobs", func(a clienttesting.Action) (bool, runtime.Object, error) {
				job := a.(clienttesting.CreateAction).GetObject().(*batchv1.Job)
				return true, job, test.answer(job)
			})
			notes := s.Remarks(t.Context(), "sim", test.job)
			if test.says == "" {
				require.Empty(t, notes)
				return
			}
			require.Len(t, notes, 1)
			require.Contains(t, notes[0], test.says)
		})
	}
}

func TestASubmittedJobIsAwaited(t *testing.T) {
	t.Parallel()
	job := func(uid types.UID, conditions ...batchv1.JobConditionType) *batchv1.Job {
		job := &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Name: "sim", Namespace: "batch", UID: uid}}
		for _, c := range conditions {
			job.Status.Conditions = append(job.Status.Conditions, batchv1.JobCondition{Type: c, Status: corev1.ConditionTrue})
		}
		return job
	}
	for name, test := range map[string]struct {
		is, becomes *batchv1.Job
		forbidden   bool
		err         string
	}{
		"over when the watch begins": {is: job("u", batchv1.JobComplete)},
		"over later":                 {is: job("u"), becomes: job("u", batchv1.JobFailed)},
		"gone before the watch":      {err: errGone.Error()},
		"another of its name":        {is: job("other", batchv1.JobComplete), err: errGone.Error()},
		"recreated later":            {is: job("u"), becomes: job("other"), err: errGone.Error()},
		"not to be watched":          {is: job("u"), forbidden: true, err: "forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := fake.NewClientset()
			if test.is != nil {
				require.NoError(t, client.Tracker().Add(test.is))
			}
			s := &Submitter{All: JobsOf(client), Core: client.CoreV1(), Namespace: "batch"}
			client.PrependWatchReactor("jobs", func(clienttesting.Action) (bool, watch.Interface, error) {
				if test.forbidden {
					return true, nil, apierrors.NewForbidden(batchv1.Resource("jobs"), "sim", nil)
				}
				events := watch.NewFake()
				if test.becomes != nil {
					go events.Modify(test.becomes)
				}
				return true, events, nil
			})
			var told []string
			done, err := s.Wait(t.Context(), job("u"), func(text string) { told = append(told, text) }, func(string) {})
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, cmp.Or(test.becomes, test.is).Status, done.Status)
			require.NotEmpty(t, told)
		})
	}
}
