package cluster

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/pager"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// limitsGrowOld is after how long limits are read again, where one looks on.
const limitsGrowOld = 5 * time.Second

// readLimits reads the limits that Jobs of the world wait for, who else uses them, and the
// pods of Jobs that are gone. everywhere says that the Jobs of all namespaces are there.
func (r *Reading) readLimits(ctx context.Context, everywhere bool) ([]string, error) {
	namespaces := r.limitNamespaces()
	switch {
	case r.pods == nil:
		return nil, nil
	case len(namespaces) == 0 && !r.AllLimits:
		err := r.readPriorities(ctx)
		return r.limitNotes, err
	}
	if r.World.Now.Sub(r.limitsRead) < limitsGrowOld {
		return r.limitNotes, nil
	}
	r.limitsRead, r.limitNotes = r.World.Now, nil
	r.World.Limits = snapshot.Limits{Known: true, Maps: gate.LimitMaps{}, Unread: map[string]string{}, Pods: map[lang.Ref]limit.Needs{}}
	if err := r.readLimitMaps(ctx, namespaces, everywhere); err != nil {
		return nil, err
	}
	if !everywhere {
		if err := r.readOthers(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.readPriorities(ctx); err != nil {
		return nil, err
	}
	err := r.readTokenPods(ctx)
	return r.limitNotes, err
}

// limitNamespaces returns the namespaces of limits that are waited for, sorted.
func (r *Reading) limitNamespaces() []string {
	named := map[string]bool{}
	for _, job := range r.World.Jobs {
		var needs limit.Needs
		switch {
		case job.ElementTakes() != nil:
			needs = job.ElementTakes()
		case job.Uses.Said && job.Waits():
			needs = job.Needs()
		case r.AllLimits:
			needs = job.Holds()
		}
		for _, need := range needs {
			named[need.Limit.Namespace] = true
		}
	}
	if r.AllLimits && r.Namespace != "" {
		named[r.Namespace] = true
	}
	return slices.Sorted(maps.Keys(named))
}

// readLimitMaps reads the ConfigMaps of limits: all, or those of some namespaces.
func (r *Reading) readLimitMaps(ctx context.Context, namespaces []string, everywhere bool) error {
	maps := r.World.Limits.Maps
	if everywhere && r.AllLimits {
		only := fields.OneTermEqualSelector(metav1.ObjectNameField, gate.LimitsName).String()
		list, err := r.pods.CoreV1().ConfigMaps(metav1.NamespaceAll).List(ctx, metav1.ListOptions{FieldSelector: only})
		if err == nil {
			for _, m := range list.Items {
				maps[m.Namespace] = m.Data
			}
			return nil
		}
		if !apierrors.IsForbidden(err) {
			return fmt.Errorf("listing limits: %w", err)
		}
		r.noteLimits("Limits that no Job waits for are not shown: you may not list configmaps in all namespaces.")
	}
	for _, namespace := range namespaces {
		m, err := r.pods.CoreV1().ConfigMaps(namespace).Get(ctx, gate.LimitsName, metav1.GetOptions{})
		switch {
		case err == nil:
			maps[namespace] = m.Data
		case apierrors.IsForbidden(err):
			r.World.Limits.Unread[namespace] = err.Error()
			r.noteLimits(fmt.Sprintf("Who may start is only known where the gate has said it: you may not get configmap %s of namespace %s.", gate.LimitsName, namespace))
		case apierrors.IsNotFound(err):
			maps[namespace] = nil
		default:
			return fmt.Errorf("reading the limits of namespace %s: %w", namespace, err)
		}
	}
	return nil
}

func (r *Reading) noteLimits(note string) { r.limitNotes = append(r.limitNotes, note) }

// readOthers reads the Jobs of other namespaces that use limits.
func (r *Reading) readOthers(ctx context.Context) error {
	known := r.knownUIDs()
	err := r.Each(ctx, metav1.NamespaceAll, func(full *batchv1.Job) error {
		if job := gate.Observe(full); !known[job.UID] && (job.Uses.Said || job.Uses.Recorded != "") {
			r.World.Limits.Others = append(r.World.Limits.Others, job)
		}
		return nil
	})
	if apierrors.IsForbidden(err) {
		r.noteLimits("Jobs of other namespaces that use the same limits are not counted: you may not list Jobs in all namespaces.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing who uses limits: %w", err)
	}
	return nil
}

// readPriorities reads the PriorityClasses, where a Job that may be in line does not say its
// priority itself.
func (r *Reading) readPriorities(ctx context.Context) error {
	if !r.anyGoesByClass() {
		return nil
	}
	list, err := r.pods.SchedulingV1().PriorityClasses().List(ctx, metav1.ListOptions{})
	if apierrors.IsForbidden(err) {
		r.noteLimits("Priorities of Jobs that do not say " + gate.PriorityAnnotation + " are taken for 0: you may not list priorityclasses.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing PriorityClasses: %w", err)
	}
	r.World.Limits.Classes = gate.PriorityClasses{}
	for i := range list.Items {
		r.World.Limits.Classes.Set(&list.Items[i])
	}
	return nil
}

// limitedJobs are the Jobs that limits may concern.
func (r *Reading) limitedJobs() iter.Seq[gate.Job] {
	return func(yield func(gate.Job) bool) {
		for _, job := range r.World.Jobs {
			if !yield(job) {
				return
			}
		}
		for _, job := range r.World.Limits.Others {
			if !yield(job) {
				return
			}
		}
	}
}

func (r *Reading) anyGoesByClass() bool {
	for job := range r.limitedJobs() {
		if (job.Uses.Said || r.AllInLine) && !job.Uses.Priority.Said && job.Waits() {
			return true
		}
	}
	return false
}

func (r *Reading) knownUIDs() map[types.UID]bool {
	known := map[types.UID]bool{}
	for job := range r.limitedJobs() {
		known[job.UID] = true
	}
	return known
}

// readTokenPods reads the pods that hold tokens of Jobs that are gone, and of elements.
func (r *Reading) readTokenPods(ctx context.Context) error {
	known, elements := r.knownUIDs(), map[gate.Owner][]gate.Pod{}
	visit := func(namespace string) error {
		pods := pager.New(func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = gate.TokensLabel
			return r.pods.CoreV1().Pods(namespace).List(ctx, o)
		})
		return pods.EachListItem(ctx, metav1.ListOptions{}, func(object runtime.Object) error {
			pod, ok := object.(*corev1.Pod)
			if !ok {
				return nil
			}
			if !known[gate.JobOfPod(pod)] {
				r.holdByPod(pod)
			} else if element, owner, ours := gate.ObservePod(pod); ours {
				elements[owner] = append(elements[owner], element)
			}
			return nil
		})
	}
	err := visit(metav1.NamespaceAll)
	if apierrors.IsForbidden(err) && r.Namespace != "" {
		err = visit(r.Namespace)
	}
	if apierrors.IsForbidden(err) {
		r.noteLimits("Elements, and pods of Jobs that are gone, may hold tokens, and are not counted: you may not list pods.")
		return nil
	}
	if err != nil {
		return fmt.Errorf("listing pods that hold tokens: %w", err)
	}
	for job := range r.limitedJobs() {
		if job.ElementTakes() != nil {
			list := elements[job.Owner()]
			slices.SortFunc(list, gate.ComparePods)
			r.World.Pods[job.UID] = append([]gate.Pod{}, list...)
		}
	}
	return nil
}

// holdByPod counts what a pod holds: of other namespaces' limits not what its service account
// is known not to use.
func (r *Reading) holdByPod(pod *corev1.Pod) {
	account := gate.Job{Namespace: pod.Namespace, ServiceAccount: pod.Spec.ServiceAccountName}
	holds := slices.DeleteFunc(gate.PodTokens(pod), func(n limit.Need) bool {
		return n.Limit.Namespace != pod.Namespace && r.World.Access.Answer(account.UsesLimits(n.Limit.Namespace)) == gate.Denied
	})
	if len(holds) > 0 {
		r.World.Limits.Pods[lang.Ref{Kind: "pod", Namespace: pod.Namespace, Name: pod.Name}] = holds
	}
}
