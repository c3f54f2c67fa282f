package cluster

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The namespace of deploy, and the names of most that belongs to the gate.
const (
	GateNamespace = "depctl-system"
	GateName      = "depctl-gate"
	webhookName   = "depctl-gate-webhook"
	arraysName    = "depctl-gate-arrays"
	resultsName   = "depctl-gate-results"
	schedulesName = "depctl-gate-schedules"
	limitsName    = "depctl-gate-limits"
	kindsName     = "depctl-gate-kinds"

	deploymentsName = "depctl-gate-deployments"
	workloadsName   = "depctl-gate-workloads"
	podsName        = "depctl-gate-pods"
)

// Kind is a kind of object as requests and as kubectl's messages name it.
type Kind struct {
	Resource schema.GroupVersionResource
	singular string
}

func newKind(group, version, plural, singular string) Kind {
	return Kind{schema.GroupVersionResource{Group: group, Version: version, Resource: plural}, singular}
}

const (
	admissionGroup = "admissionregistration.k8s.io"
	rbacGroup      = "rbac.authorization.k8s.io"
)

var (
	mutatingPolicyKind  = newKind(admissionGroup, "v1", "mutatingadmissionpolicies", "mutatingadmissionpolicy")
	mutatingBindingKind = newKind(admissionGroup, "v1", "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding")
	// ValidatingPolicyKind is that of policies that refuse.
	ValidatingPolicyKind = newKind(admissionGroup, "v1", "validatingadmissionpolicies", "validatingadmissionpolicy")
	// ValidatingBindingKind is that of their bindings.
	ValidatingBindingKind = newKind(admissionGroup, "v1", "validatingadmissionpolicybindings", "validatingadmissionpolicybinding")
	mutatingWebhookKind   = newKind(admissionGroup, "v1", "mutatingwebhookconfigurations", "mutatingwebhookconfiguration")
	validatingWebhookKind = newKind(admissionGroup, "v1", "validatingwebhookconfigurations", "validatingwebhookconfiguration")
	clusterRoleKind       = newKind(rbacGroup, "v1", "clusterroles", "clusterrole")
	clusterBindingKind    = newKind(rbacGroup, "v1", "clusterrolebindings", "clusterrolebinding")
	roleKind              = newKind(rbacGroup, "v1", "roles", "role")
	roleBindingKind       = newKind(rbacGroup, "v1", "rolebindings", "rolebinding")
	disruptionKind        = newKind("policy", "v1", "poddisruptionbudgets", "poddisruptionbudget")
	serviceKind           = newKind("", "v1", "services", "service")
	secretKind            = newKind("", "v1", "secrets", "secret")
	deploymentKind        = newKind("apps", "v1", "deployments", "deployment")
	serviceAccountKind    = newKind("", "v1", "serviceaccounts", "serviceaccount")
	namespaceKind         = newKind("", "v1", "namespaces", "namespace")
	podKind               = newKind("", "v1", "pods", "pod")
	// JobKind is that of Jobs.
	JobKind = newKind("batch", "v1", "jobs", "job")
	// cronJobKind is that of CronJobs, which are read, and of which the record is removed.
	cronJobKind = newKind("batch", "v1", "cronjobs", "cronjob")
)

// Installed is one object of deploy.
type Installed struct {
	Kind
	Namespace, Name string
	// Optional objects are in some of the overlays: nobody misses them.
	Optional bool
}

// String returns the object as kubectl names it: deployment.apps "depctl-gate".
func (i Installed) String() string {
	return fmt.Sprintf("%s %q", schema.GroupResource{Group: i.Resource.Group, Resource: i.singular}, i.Name)
}

// From returns the namespace as kubectl adds it to a message.
func (i Installed) From() string {
	if i.Namespace == "" {
		return ""
	}
	return " from " + i.Namespace + " namespace"
}

// Policies returns what holds annotated Jobs, and what refuses them. The webhooks go
// first: as soon as their gate is gone, no annotated Job can be made. What refuses a
// Job that is not held goes before what holds it, for the same reason.
func (n Installation) Policies() []Installed {
	return optional(slices.Concat([]Installed{
		{Kind: mutatingWebhookKind, Name: GateName},
		{Kind: validatingWebhookKind, Name: GateName},
	}, policies(ValidatingBindingKind, ValidatingPolicyKind, "refuse", "refuse-deployments", "refuse-workloads", "refuse-pods", "refuse-kueue", "tokens", "rank-jobs-kept", "rank-pods-kept"),
		policies(mutatingBindingKind, mutatingPolicyKind, "hold", "keep", "strip", "results", "limits", "rank", "rank-pods", "hold-deployments", "keep-deployments", "hold-workloads", "keep-workloads", "hold-pods", "keep-pods", "hold-kueue", "keep-kueue"))...)
}

// Programs returns what runs: the gate, and depctl-scheduler.
func (n Installation) Programs() []Installed {
	return append([]Installed{{Kind: deploymentKind, Namespace: n.Namespace, Name: GateName}, {Kind: disruptionKind, Namespace: n.Namespace, Name: GateName}},
		optional(Installed{Kind: deploymentKind, Namespace: n.Namespace, Name: rankSchedulerName}, Installed{Kind: disruptionKind, Namespace: n.Namespace, Name: rankSchedulerName})...)
}

// Rights returns what the gate may do and what keeps it from more. The leash
// goes last: without it the rights would be wider for a moment.
func (n Installation) Rights() []Installed {
	all := optional(
		Installed{Kind: serviceKind, Namespace: n.Namespace, Name: webhookName},
		Installed{Kind: secretKind, Namespace: n.Namespace, Name: webhookName},
		Installed{Kind: roleBindingKind, Namespace: n.Namespace, Name: webhookName},
		Installed{Kind: roleKind, Namespace: n.Namespace, Name: webhookName},
		Installed{Kind: clusterBindingKind, Name: webhookName},
		Installed{Kind: clusterRoleKind, Name: webhookName},
		Installed{Kind: clusterBindingKind, Name: arraysName},
		Installed{Kind: clusterRoleKind, Name: arraysName},
		Installed{Kind: clusterBindingKind, Name: resultsName},
		Installed{Kind: clusterRoleKind, Name: resultsName},
		Installed{Kind: clusterBindingKind, Name: schedulesName},
		Installed{Kind: clusterRoleKind, Name: schedulesName},
		Installed{Kind: clusterBindingKind, Name: limitsName},
		Installed{Kind: clusterRoleKind, Name: limitsName},
		Installed{Kind: clusterBindingKind, Name: kindsName},
		Installed{Kind: clusterRoleKind, Name: kindsName},
		Installed{Kind: clusterRoleKind, Name: kindsName + "-listed"},
		Installed{Kind: clusterRoleKind, Name: kindsName + "-secrets"},
		Installed{Kind: clusterBindingKind, Name: deploymentsName},
		Installed{Kind: clusterRoleKind, Name: deploymentsName},
		Installed{Kind: clusterBindingKind, Name: workloadsName},
		Installed{Kind: clusterRoleKind, Name: workloadsName},
		Installed{Kind: clusterBindingKind, Name: podsName},
		Installed{Kind: clusterRoleKind, Name: podsName},
		Installed{Kind: clusterBindingKind, Name: rankSchedulerName},
		Installed{Kind: clusterBindingKind, Name: rankSchedulerName + "-volumes"},
		Installed{Kind: roleBindingKind, Namespace: "kube-system", Name: rankSchedulerName + "-authentication"},
		Installed{Kind: roleBindingKind, Namespace: n.Namespace, Name: rankSchedulerName},
		Installed{Kind: roleKind, Namespace: n.Namespace, Name: rankSchedulerName},
		Installed{Kind: serviceAccountKind, Namespace: n.Namespace, Name: rankSchedulerName},
	)
	all = append(all,
		Installed{Kind: clusterBindingKind, Name: GateName},
		Installed{Kind: clusterRoleKind, Name: GateName},
		Installed{Kind: roleBindingKind, Namespace: n.Namespace, Name: GateName},
		Installed{Kind: roleKind, Namespace: n.Namespace, Name: GateName},
		Installed{Kind: serviceAccountKind, Namespace: n.Namespace, Name: GateName},
	)
	all = append(all, optional(policies(ValidatingBindingKind, ValidatingPolicyKind, "leash-webhooks", "leash-secrets", "leash-cronjobs", "leash-limits", "leash-elements", "leash-deployments", "leash-workloads", "leash-kueue")...)...)
	return append(all, policies(ValidatingBindingKind, ValidatingPolicyKind, "leash-jobs", "leash-status", "leash-pods", "leash-pod-status", "leash-rest", "leash-system")...)
}

// policies returns admission policies, each after its binding: a binding to a
// policy that is gone would be a mistake for as long as it stays.
func policies(bindings, policies Kind, names ...string) []Installed {
	var all []Installed
	for _, name := range names {
		all = append(all, Installed{Kind: bindings, Name: name + ".depctl.dev"}, Installed{Kind: policies, Name: name + ".depctl.dev"})
	}
	return all
}

func optional(all ...Installed) []Installed {
	for i := range all {
		all[i].Optional = true
	}
	return all
}
