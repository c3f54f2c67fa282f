package cli

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
)

// reach is what the flags of the gate say that decisions hang on.
type reach struct {
	// known tells that they could be read.
	known bool
	// jobsOnly tells that arrays are not released element by element.
	jobsOnly    bool
	observeOnly bool
	// alone tells that no leader is elected.
	alone          bool
	crossNamespace string
	only, except   []string
}

// reachOf reads the flags of a Deployment of the gate. One that is not given has its
// default.
func reachOf(d *appsv1.Deployment) reach {
	r := reach{known: true, jobsOnly: true, crossNamespace: "rbac", except: []string{"kube-system"}}
	for _, container := range d.Spec.Template.Spec.Containers {
		if container.Name != "gate" && len(d.Spec.Template.Spec.Containers) > 1 {
			continue
		}
		args := slices.Concat(container.Command, container.Args)
		for i, arg := range args {
			name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if !strings.HasPrefix(arg, "-") {
				continue
			}
			if !given && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-") {
				value = args[i+1]
			}
			on := !given || value == "true"
			switch name {
			case "arrays":
				r.jobsOnly = !on
			case "leader-elect":
				r.alone = !on
			case "observe-only":
				r.observeOnly = on
			case "cross-namespace":
				r.crossNamespace = value
			case "namespaces":
				r.only = strings.Split(value, ",")
			case "exclude-namespaces":
				r.except = strings.Split(value, ",")
			}
		}
	}
	return r
}

// has reports whether the gate releases the Jobs of a namespace.
func (r reach) has(namespace string) bool {
	return (len(r.only) == 0 || slices.Contains(r.only, namespace)) && !slices.Contains(r.except, namespace)
}
