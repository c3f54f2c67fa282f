package cluster

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// NoObject says that there is no Job, or no object of another kind, of this name, and which of
// those of its namespace may be meant.
func NoObject(ref lang.Ref, names []string) error {
	noun := "Job"
	if k, known := kind.Of(ref.Kind); known && ref.Kind != lang.KindJob {
		noun = k.Noun
	}
	list := "depctl get"
	if ref.Kind == lang.KindCronJob {
		noun, list = "CronJob", "kubectl get cronjobs"
	}
	of := ref
	of.Kind = lang.KindJob
	if near := lang.Nearest(ref.Name, names); near != "" {
		return fmt.Errorf("there is no %s %s; did you mean %s?", noun, of, near)
	}
	return fmt.Errorf("there is no %s %s; what is there: %s -n %s", noun, of, list, ref.Namespace)
}

// NotThere is NoObject for what is missing among all that was read of its namespace.
func NotThere(w *snapshot.World, ref lang.Ref) error {
	var names []string
	for other, job := range w.Jobs {
		if other.Namespace == ref.Namespace && other.Kind == ref.Kind {
			names = append(names, job.Name)
		}
	}
	slices.Sort(names)
	return NoObject(ref, names)
}

// mostNames is among how many names a near one is looked for.
const mostNames = 500

// notFound is NoObject for what was asked for by its name alone.
func (c *JobClient) notFound(ctx context.Context, ref lang.Ref, k Kind) error {
	var names []string
	if list, err := c.in(ref.Namespace, k).List(ctx, metav1.ListOptions{Limit: mostNames}); err == nil {
		for i := range list.Items {
			names = append(names, list.Items[i].GetName())
		}
	}
	return NoObject(ref, names)
}
