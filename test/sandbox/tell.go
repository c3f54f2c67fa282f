package sandbox

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// UntilTold is the annotation of a pod template whose pods run until Tell.
const UntilTold = "sandbox.depctl.dev/until-told"

// Tell lets the pods of a Job end that run until they are told: those of these
// completion indexes, or every one there is if there are none. It waits until there
// is such a pod, of each index, for three minutes at most, and tells no pod that is
// made later.
func Tell(ctx context.Context, client kubernetes.Interface, namespace, job string, indexes ...int) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := tell(ctx, client, namespace, job, indexes); err != nil {
		return fmt.Errorf("tell the pods of %s/%s to end: %w", namespace, job, err)
	}
	return nil
}

func tell(ctx context.Context, client kubernetes.Interface, namespace, job string, indexes []int) error {
	left, told := slices.Clone(indexes), 0
	for {
		list, err := client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: batchv1.JobNameLabel + "=" + job})
		if err != nil {
			return err
		}
		for _, pod := range list.Items {
			index, err := strconv.Atoi(pod.Annotations[batchv1.JobCompletionIndexAnnotation])
			at := slices.Index(left, index)
			if len(indexes) > 0 && (err != nil || at < 0) || pod.Annotations[UntilTold] == "" || pod.Status.Phase != corev1.PodRunning {
				continue
			}
			patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:null}}}`, UntilTold)
			_, err = client.CoreV1().Pods(namespace).Patch(ctx, pod.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
			if apierrors.IsNotFound(err) {
				continue
			}
			if err != nil {
				return err
			}
			if told++; at >= 0 {
				left = slices.Delete(left, at, at+1)
			}
		}
		if told > 0 && len(left) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: no pod runs of indexes %v", ctx.Err(), left)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
