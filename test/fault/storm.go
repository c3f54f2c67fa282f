package fault

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// stormers edit Jobs at once.
const stormers = 4

// storm edits the Jobs of the graph all the time, in ways that change nothing for
// the gate: by patches of labels, annotations and parallelism, and as clients do
// that read a Job and write it back.
func storm(ctx context.Context, f *Field) error {
	var wg sync.WaitGroup
	for range stormers {
		wg.Go(func() {
			for ctx.Err() == nil {
				jobs, err := f.Client.BatchV1().Jobs(f.Spaces[rand.IntN(len(f.Spaces))]).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
				if err != nil {
					pause(ctx, time.Second) // the API server is away; so is the storm
					continue
				}
				rand.Shuffle(len(jobs.Items), func(i, j int) { jobs.Items[i], jobs.Items[j] = jobs.Items[j], jobs.Items[i] })
				for i := range jobs.Items[:min(len(jobs.Items), 20)] {
					f.edit(ctx, &jobs.Items[i])
					pause(ctx, rand.N(100*time.Millisecond))
				}
				pause(ctx, 100*time.Millisecond)
			}
		})
	}
	wg.Wait()
	return nil
}

// edit changes a Job as it was read a moment ago. That it has changed since is no
// error.
func (f *Field) edit(ctx context.Context, job *batchv1.Job) {
	n, jobs := fmt.Sprint(rand.IntN(1000)), f.Client.BatchV1().Jobs(job.Namespace)
	patch := func(text string) error {
		_, err := jobs.Patch(ctx, job.Name, types.MergePatchType, []byte(text), metav1.PatchOptions{})
		return err
	}
	var err error
	switch rand.IntN(4) {
	case 0:
		err = patch(fmt.Sprintf(`{"metadata":{"labels":{"storm":%q}}}`, n))
	case 1:
		err = patch(fmt.Sprintf(`{"metadata":{"annotations":{"example.com/storm":%q}}}`, n))
	case 2:
		err = patch(fmt.Sprintf(`{"spec":{"parallelism":%d}}`, 1+rand.IntN(5)))
	default:
		metav1.SetMetaDataAnnotation(&job.ObjectMeta, "example.com/storm", n)
		_, err = jobs.Update(ctx, job, metav1.UpdateOptions{})
	}
	switch {
	case err == nil:
		f.hit("edit")
	case apierrors.IsConflict(err):
		f.hit("edit in conflict")
	}
}
