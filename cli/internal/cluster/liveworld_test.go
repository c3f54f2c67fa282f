package cluster

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"

	"depctl.dev/lang"
)

// deleting is a client with which a Job is deleted right after it was listed for the
// first time.
type deleting struct {
	batchv1client.JobsGetter
	once *sync.Once
}

func (deleting) IsWatchListSemanticsUnSupported() bool { return true }

func (d deleting) Jobs(namespace string) batchv1client.JobInterface {
	return deletingJobs{d.JobsGetter.Jobs(namespace), d.once}
}

type deletingJobs struct {
	batchv1client.JobInterface
	once *sync.Once
}

func (d deletingJobs) List(ctx context.Context, o metav1.ListOptions) (*batchv1.JobList, error) {
	list, err := d.JobInterface.List(ctx, o)
	d.once.Do(func() { err = d.Delete(ctx, "gone", metav1.DeleteOptions{}) })
	return list, err
}

func TestAJobThatGoesBetweenTwoListsIsForgotten(t *testing.T) {
	named := func(name string) *batchv1.Job {
		return &batchv1.Job{ObjectMeta: metav1.ObjectMeta{Namespace: "etl", Name: name, UID: "uid", ResourceVersion: "1"}}
	}
	client := fake.NewSimpleClientset(named("gone"), named("stays"))
	from := NewJobReader(deleting{client.BatchV1(), &sync.Once{}}, "etl")
	f, err := from.Follow(t.Context(), time.Now())
	require.NoError(t, err)
	there := func(name string) bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		_, exists := f.World.Jobs[lang.Job("etl", name)]
		return exists
	}
	require.True(t, there("gone"), "it was listed")
	require.Eventually(t, func() bool { return !there("gone") }, 20*time.Second, 10*time.Millisecond)
	require.True(t, there("stays"))
}
