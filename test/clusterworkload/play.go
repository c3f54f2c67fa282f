package clusterworkload

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	batchclient "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/gate"
	"depctl.dev/test/simulation"
)

// stepAnnotation says by which step a Job was made.
const stepAnnotation = "example.com/step"

// Play makes the Jobs and does to them what people do. It tries again while the
// API server is away, until ctx ends.
func (g *Graph) Play(ctx context.Context) error {
	for i, step := range g.scenario.Steps {
		if step.Kind == simulation.Lose || step.Kind == simulation.Restart {
			continue // what is done to the gate is not up to the graph
		}
		job := g.scenario.Jobs[step.Job]
		if job.Deployment {
			if err := Persist(ctx, func() error { return g.takeDeployment(ctx, job, step) }); err != nil {
				return fmt.Errorf("graph %d, Deployment %s: %w", g.seed, job.Name, err)
			}
			continue
		}
		jobs := g.client.BatchV1().Jobs(g.Spaces[job.Namespace])
		if err := Persist(ctx, func() error { return g.take(ctx, jobs, job, step, strconv.Itoa(i)) }); err != nil {
			return fmt.Errorf("graph %d, Job %s: %w", g.seed, job.Name, err)
		}
		if g.restless {
			// Some Jobs are to have run by then.
			select {
			case <-ctx.Done():
			case <-time.After(rand.N(40 * time.Millisecond)):
			}
		}
	}
	return nil
}

// take takes one step.
func (g *Graph) take(ctx context.Context, jobs batchclient.JobInterface, job simulation.Job, step simulation.Step, number string) error {
	annotate := func(key string, value *string) error {
		patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]*string{key: value}}})
		if err == nil {
			_, err = jobs.Patch(ctx, job.Name, types.MergePatchType, patch, metav1.PatchOptions{})
		}
		if g.restless && apierrors.IsNotFound(err) {
			return nil
		}
		return err
	}
	switch step.Kind {
	case simulation.Create:
		job.Ends = step.Ends
		manifest := g.manifest(job)
		metav1.SetMetaDataAnnotation(&manifest.ObjectMeta, stepAnnotation, number)
		_, err := jobs.Create(ctx, manifest, metav1.CreateOptions{})
		if !apierrors.IsAlreadyExists(err) {
			return err
		}
		there, got := jobs.Get(ctx, job.Name, metav1.GetOptions{})
		if got == nil && there.Annotations[stepAnnotation] == number {
			return nil // the answer to the first try was lost
		}
		return err // the one before is on its way out
	case simulation.Delete:
		err := jobs.Delete(ctx, job.Name, metav1.DeleteOptions{PropagationPolicy: ptr.To(metav1.DeletePropagationBackground)})
		if apierrors.IsNotFound(err) {
			return nil
		}
		return err
	case simulation.Edit:
		return annotate(gate.DependsOnAnnotation, ptr.To(g.names.Replace(step.Text)))
	default:
		return annotate(gate.HoldAnnotation, nil)
	}
}
