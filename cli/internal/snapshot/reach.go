package snapshot

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
)

// Reach is what the flags of the gate say that decisions hang on.
type Reach struct {
	// Known tells that they could be read.
	Known bool
	// JobsOnly tells that arrays are not released element by element.
	JobsOnly bool
	// NoKueue tells that nothing is released in queues of Kueue.
	NoKueue     bool
	ObserveOnly bool
	// Limits tells that tokens are given.
	Limits bool
	// RankPods tells that ranks are written to pods.
	RankPods bool
	// Held are the kinds beside Jobs that are held.
	Held []string
	// Alone tells that no leader is elected.
	Alone          bool
	CrossNamespace string
	only, except   []string
}

// ReachOf reads the flags of a Deployment of the gate. One that is not given has its
// default.
func ReachOf(d *appsv1.Deployment) Reach {
	r := Reach{Known: true, JobsOnly: true, NoKueue: true, CrossNamespace: "rbac", except: []string{"kube-system"}}
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
				r.JobsOnly = !on
			case "kueue":
				r.NoKueue = !on
			case "leader-elect":
				r.Alone = !on
			case "limits":
				r.Limits = on
			case "rank-pods":
				r.RankPods = on
			case "hold":
				r.Held = append(r.Held, strings.Split(value, ",")...)
			case "observe-only":
				r.ObserveOnly = on
			case "cross-namespace":
				r.CrossNamespace = value
			case "namespaces":
				r.only = strings.Split(value, ",")
			case "exclude-namespaces":
				r.except = strings.Split(value, ",")
			}
		}
	}
	return r
}

// Has reports whether the gate releases the Jobs of a namespace.
func (r Reach) Has(namespace string) bool {
	return (len(r.only) == 0 || slices.Contains(r.only, namespace)) && !slices.Contains(r.except, namespace)
}
