package cluster

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/checkup"
	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// Inspector gathers the facts of a checkup. It changes nothing: the one write that it
// sends is a dry run.
type Inspector struct {
	Client kubernetes.Interface
	Build  command.Build
	// Namespace is where the dry run is tried, and scope whose Jobs are looked at, all
	// if it is empty.
	Namespace, Scope string
	Now              time.Time
}

// Facts returns an error only if the API server does not answer at all.
func (i *Inspector) Facts(ctx context.Context) (checkup.Facts, error) {
	f := checkup.Facts{CLI: i.Build.Version, Namespace: i.Namespace, Now: i.Now, Scope: "-A"}
	if i.Scope != "" {
		f.Scope = "-n " + i.Scope
	}
	version, err := i.Client.Discovery().ServerVersion()
	if err != nil {
		return f, fmt.Errorf("asking the API server for its version: %w; is the cluster reachable, and is it the right --context?", err)
	}
	f.Server = version.GitVersion
	f.Major, _ = strconv.Atoi(version.Major)
	f.Minor, _ = strconv.Atoi(strings.TrimRight(version.Minor, "+"))
	f.Policies = i.hasPolicies(f)
	i.find(ctx, &f)
	i.deployment(ctx, &f)
	i.lease(ctx, &f)
	f.Gate = i.asked(ctx, f.Installed)
	f.Held, f.HoldError = isHeldAtBirth(ctx, i.Client.BatchV1(), i.Namespace)
	f.MissingLeash, f.LeashError = i.leash(ctx)
	f.MissingRights, f.RightsError = i.rights(ctx, f.Installed, rightsOf(f))
	f.Scheduler = i.scheduler(ctx, f.Installed)
	named := i.jobs(ctx, &f)
	f.Kinds, f.BarredKinds, f.KindsError = i.kinds(ctx, f.Installed, named)
	return f, ctx.Err()
}

// hasPolicies asks the API server whether it has MutatingAdmissionPolicies. Where it does not answer, its version says so.
func (i *Inspector) hasPolicies(f checkup.Facts) bool {
	policies := mutatingPolicyKind.Resource
	list, err := i.Client.Discovery().ServerResourcesForGroupVersion(policies.GroupVersion().String())
	if err != nil {
		return f.Major > 1 || f.Minor >= 36
	}
	return slices.ContainsFunc(list.APIResources, func(r metav1.APIResource) bool { return r.Name == policies.Resource })
}

// noGate says why no gate releases Jobs, by what may be read. heard is when one wrote to a Job.
func (i *Inspector) noGate(ctx context.Context, heard time.Time) string {
	f := checkup.Facts{Now: i.Now, Word: heard}
	i.find(ctx, &f)
	i.deployment(ctx, &f)
	i.lease(ctx, &f)
	return checkup.NoGate(f)
}

// find finds out where depctl is installed.
func (i *Inspector) find(ctx context.Context, f *checkup.Facts) {
	n := FindInstallation(ctx, i.Client.RbacV1())
	f.Installed, f.Release = n.Namespace, n.Release
}

func (i *Inspector) deployment(ctx context.Context, f *checkup.Facts) {
	d, err := i.Client.AppsV1().Deployments(f.Installed).Get(ctx, GateName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
	case err != nil:
		f.DeploymentError = err
	default:
		r := snapshot.ReachOf(d)
		f.Deployment, f.Arrays, f.Limits, f.ObserveOnly, f.Alone = true, !r.JobsOnly, r.Limits, r.ObserveOnly, r.Alone
		f.HeldKinds, f.RanksPods = r.Held, r.RankPods
		f.Wanted, f.Ready = ptr.Deref(d.Spec.Replicas, 1), d.Status.ReadyReplicas
		for _, container := range d.Spec.Template.Spec.Containers {
			if container.Name == "gate" || f.Image == "" {
				f.Image = container.Image
			}
		}
	}
}

func (i *Inspector) lease(ctx context.Context, f *checkup.Facts) {
	lease, err := i.Client.CoordinationV1().Leases(f.Installed).Get(ctx, GateName, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		return
	case err != nil:
		f.LeaseError = err
		return
	}
	f.Leader = ptr.Deref(lease.Spec.HolderIdentity, "")
	f.Lease = time.Duration(ptr.Deref(lease.Spec.LeaseDurationSeconds, 15)) * time.Second
	if lease.Spec.RenewTime != nil {
		f.Renewed = lease.Spec.RenewTime.Time
	}
}

var buildInfo = regexp.MustCompile(`(?m)^depctl_gate_build_info\{.*version="([^"]*)".*\} 1$`)

// asked returns the version that a pod of the gate tells in its metrics, through the
// API server; empty if none can be asked.
func (i *Inspector) asked(ctx context.Context, namespace string) string {
	pods, err := i.Client.CoreV1().Pods(namespace).List(ctx, metav1.ListOptions{LabelSelector: "app.kubernetes.io/name=" + GateName})
	if err != nil || len(pods.Items) == 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	text, err := i.Client.CoreV1().Pods(namespace).ProxyGet("http", pods.Items[0].Name, "8080", "/metrics", nil).DoRaw(ctx)
	if err != nil {
		return ""
	}
	for _, line := range buildInfo.FindAllStringSubmatch(string(text), -1) {
		return regexp.MustCompile(`[{,]version="([^"]*)"`).FindStringSubmatch(line[0])[1]
	}
	return ""
}

// isHeldAtBirth reports whether the API server would suspend an annotated Job, by a
// dry run.
func isHeldAtBirth(ctx context.Context, jobs batchv1client.JobsGetter, namespace string) (bool, error) {
	job := &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "depctl-check-", Annotations: map[string]string{gate.DependsOnAnnotation: "depctl-check"}},
		Spec: batchv1.JobSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyNever, Containers: []corev1.Container{{Name: "none", Image: "none"}},
		}}},
	}
	made, err := jobs.Jobs(namespace).Create(ctx, job, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
	if apierrors.IsInvalid(err) && strings.Contains(err.Error(), "refuse.depctl.dev") {
		return false, nil // it would run at once if that policy let it
	}
	if err != nil {
		return false, err
	}
	return ptr.Deref(made.Spec.Suspend, false), nil
}

// leash returns the names of the leash's policies that are missing, or whose binding
// is or denies nothing.
func (i *Inspector) leash(ctx context.Context) (missing []string, err error) {
	policies, err := i.Client.AdmissionregistrationV1().ValidatingAdmissionPolicies().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	bindings, err := i.Client.AdmissionregistrationV1().ValidatingAdmissionPolicyBindings().List(ctx, metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, p := range policies.Items {
		there[ValidatingPolicyKind.singular+"/"+p.Name] = true
	}
	for _, b := range bindings.Items {
		there[ValidatingBindingKind.singular+"/"+b.Name] = slices.Contains(b.Spec.ValidationActions, admissionv1.Deny)
	}
	for _, object := range DefaultInstallation().Rights() {
		if object.Kind != ValidatingPolicyKind && object.Kind != ValidatingBindingKind || object.Optional {
			continue
		}
		if !there[object.singular+"/"+object.Name] && !slices.Contains(missing, object.Name) {
			missing = append(missing, object.Name)
		}
	}
	return missing, nil
}

// right is what a verb is about.
type right struct{ group, resource, subresource, namespace, name string }

// rightsOf returns what the gate's service account must be allowed to do.
func rightsOf(f checkup.Facts) map[right][]string {
	jobs, pods := right{group: "batch", resource: "jobs"}, right{resource: "pods"}
	needed := map[right][]string{
		jobs: {"list", "watch", "patch"}, {"batch", "jobs", "status", "", ""}: {"patch"}, pods: {"list", "watch"},
		{"authorization.k8s.io", "subjectaccessreviews", "", "", ""}: {"create"},
		{"events.k8s.io", "events", "", "", ""}:                      {"create", "patch"},
		{"coordination.k8s.io", "leases", "", f.Installed, GateName}: {"get", "update"},
		{"coordination.k8s.io", "leases", "", f.Installed, ""}:       {"create"},
	}
	if f.Limits {
		needed[right{resource: "configmaps", name: gate.LimitsName}] = []string{"list", "watch"}
		needed[right{group: "scheduling.k8s.io", resource: "priorityclasses"}] = []string{"list", "watch"}
	}
	for _, name := range f.HeldKinds {
		k, known := kind.Of(name)
		if !known {
			continue
		}
		needed[right{group: k.Group, resource: k.Resource}] = []string{"list", "watch", "patch"}
		if k.IsBuiltIn() {
			needed[right{group: k.Group, resource: k.Resource, subresource: "status"}] = []string{"patch"}
		}
	}
	if f.Arrays {
		needed[pods] = append(needed[pods], "patch")
		needed[right{"", "pods", "status", "", ""}] = []string{"patch"}
	}
	return needed
}

// rights returns which of the rights the gate's service account does not have, by asking the
// API server.
func (i *Inspector) rights(ctx context.Context, namespace string, needed map[right][]string) (missing []string, err error) {
	for r, verbs := range needed {
		for _, verb := range verbs {
			allowed, err := i.gateMay(ctx, namespace, verb, r)
			if err != nil {
				return nil, err
			}
			if !allowed {
				what := r.resource
				if r.subresource != "" {
					what += "/" + r.subresource
				}
				missing = append(missing, verb+" "+what)
			}
		}
	}
	slices.Sort(missing)
	return missing, nil
}

// gateMay reports whether the gate's service account has a right.
func (i *Inspector) gateMay(ctx context.Context, namespace, verb string, r right) (bool, error) {
	review, err := i.Client.AuthorizationV1().SubjectAccessReviews().Create(ctx, &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{
			User:   "system:serviceaccount:" + namespace + ":" + GateName,
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Group: r.group, Resource: r.resource, Subresource: r.subresource, Verb: verb, Namespace: r.namespace, Name: r.name,
			},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return review.Status.Allowed, nil
}

// jobs counts the Jobs by how they stand, and returns how many wait for each kind of objects.
func (i *Inspector) jobs(ctx context.Context, f *checkup.Facts) map[string]int {
	w, _, err := NewReader(i.Client, i.Scope).Read(ctx, i.Now)
	if err != nil {
		f.JobsError = err
		return nil
	}
	q := snapshot.NewInquiry(w)
	f.Word = w.Heard
	f.Jobs = map[gate.State]int{}
	for _, ref := range slices.SortedFunc(maps.Keys(w.Jobs), lang.Ref.Compare) {
		if i.Scope != "" && ref.Namespace != i.Scope || ref.Namespace == metav1.NamespaceSystem {
			continue
		}
		job, d := w.Jobs[ref], q.Decision(ref)
		f.Jobs[gate.StateOf(job, d)]++
		expr := w.Graph.Expr(ref)
		if d.Action == gate.Releasing && i.Now.Sub(snapshot.LatestOf(job, d)) > time.Minute {
			f.Overdue++
		}
		if job.Waits() && expr != nil && expr.Elementwise() {
			f.Elementwise++
		}
		if d.Reason == gate.ReasonStartedUnheld {
			f.Unheld++
		}
	}
	return w.KindsNamed()
}
