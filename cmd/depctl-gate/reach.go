package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/gate/controller"
	"depctl.dev/lang/kind"
)

// reach is what the flags say of how far the gate goes.
type reach struct {
	crossNamespace string
	namespaces     []string
	excluded       []string
	observeOnly    bool
	arrays         bool
	results        bool
	nudge          bool
	limits         bool
	maxStarting    int64
	schedules      bool
	hold           []string
	rankPods       bool
	kueue          bool
	memory         resource.QuantityValue
}

func (r *reach) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&r.crossNamespace, "cross-namespace", string(controller.RBACNamespaces),
		"References into other namespaces: rbac honours one if the service account of the Job's pods may get the Job, or list Jobs there for a glob or a selector; open honours all; deny none.")
	flags.StringSliceVar(&r.namespaces, "namespaces", nil,
		"Namespaces whose Jobs are released; all if empty. Jobs elsewhere can still be waited for.")
	flags.StringSliceVar(&r.excluded, "exclude-namespaces", []string{"kube-system"},
		"Namespaces whose Jobs are never released. The bindings of the admission policies must exclude the same.")
	flags.BoolVar(&r.arrays, "arrays", false,
		"Release arrays element by element (i, self[...] in their expressions), for which their pods are watched and patched. Without it such a Job is held. It needs the rights of deploy/arrays.")
	flags.BoolVar(&r.schedules, "schedules", false,
		"Wait for runs of CronJobs (cronjob:nightly), for which CronJobs are watched and how their runs ended is kept on them. It needs the rights of deploy/components/schedules.")
	flags.StringSliceVar(&r.hold, "hold", nil,
		"Kinds beside Jobs that are held until their dependencies are met: "+strings.Join(heldNames(), ", ")+". Objects of them with the label depctl.dev/held are watched and patched. It needs the rights and policies of deploy/components/deployments, deploy/components/pods or deploy/components/workloads.")
	flags.BoolVar(&r.kueue, "kueue", false,
		"Release Jobs in queues of Kueue by taking depctl.dev/gate out of kueue.x-k8s.io/admission-gated-by, and leave spec.suspend to Kueue. It needs the policies of deploy/components/kueue, and Kueue with its feature AdmissionGatedBy.")
	flags.BoolVar(&r.results, "results", false,
		"Read the results of Jobs (result= in expressions, depctl.dev/results) from their pods, and let those go that depctl.dev/keep-result keeps. Without it a Job that asks for results is held. It needs the rights of deploy/components/results.")
	flags.BoolVar(&r.limits, "limits", false,
		"Give tokens of limits (depctl.dev/uses) to Jobs, for which the ConfigMaps depctl-limits and PriorityClasses are watched. Without it a Job that uses limits is held. It needs the rights of deploy/components/limits, and --leader-elect.")
	flags.Int64Var(&r.maxStarting, "max-starting", 0,
		"Pods of released Jobs that may be without a node before further Jobs wait, so that the Job with the longest chain behind it starts first; 0 for any number. One namespace has at most half. Not for clusters that autoscale. It needs --limits.")
	flags.BoolVar(&r.rankPods, "rank-pods", false,
		"Write to the pods of a released Job how long the longest chain takes that begins with it, by which depctl-scheduler orders them. It needs --limits, and the policies of deploy/components/scheduler.")
	flags.BoolVar(&r.nudge, "nudge", true,
		"Have the Job controller look at a Job as soon as its last pod has succeeded, if somebody waits for it: it would take a second. Their pods are watched for that.")
	r.memory.Quantity = *resource.NewQuantity(controller.DefaultNamespaceMemory, resource.BinarySI)
	flags.Var(&r.memory, "namespace-memory",
		"Memory for what the Jobs of one namespace say: expressions, labels, outcomes, rights. A Job that finds no room in it is held.")
	flags.BoolVar(&r.observeOnly, "observe-only", false,
		"Write to no Job, and tell by events what would be done.")
}

func (r *reach) validate() error {
	switch controller.CrossNamespace(r.crossNamespace) {
	case controller.RBACNamespaces, controller.OpenNamespaces, controller.DenyNamespaces:
	default:
		return fmt.Errorf("--cross-namespace must be rbac, open or deny, got %q", r.crossNamespace)
	}
	for _, name := range r.hold {
		if !slices.Contains(heldNames(), name) {
			return fmt.Errorf("--hold: %q is no kind that can be held; those are %s", name, strings.Join(heldNames(), ", "))
		}
	}
	if r.maxStarting < 0 {
		return fmt.Errorf("--max-starting must be 0 or more, got %d", r.maxStarting)
	}
	if r.maxStarting > 0 && !r.limits {
		return errors.New("--max-starting needs --limits: the pods that are starting are counted as tokens are, and in the same line")
	}
	if r.rankPods && !r.limits {
		return errors.New("--rank-pods needs --limits: only a gate that keeps limits ranks Jobs")
	}
	if r.memory.Value() < 1<<20 {
		return fmt.Errorf("--namespace-memory must be 1Mi or more, got %s", r.memory.String())
	}
	if err := validateNamespaces("--namespaces", r.namespaces); err != nil {
		return err
	}
	return validateNamespaces("--exclude-namespaces", r.excluded)
}

// held returns the kinds that are held, each once.
func (r *reach) held() []kind.Kind {
	return slices.DeleteFunc(kind.Held(), func(k kind.Kind) bool { return !slices.Contains(r.hold, k.Name) })
}

func heldNames() (names []string) {
	for _, k := range kind.Held() {
		names = append(names, k.Name)
	}
	return names
}

func validateNamespaces(flag string, namespaces []string) error {
	for _, namespace := range namespaces {
		if len(validation.IsDNS1123Label(namespace)) > 0 {
			return fmt.Errorf("%s: %q is not the name of a namespace", flag, namespace)
		}
	}
	return nil
}
