package checkup

import (
	"fmt"
	"strings"
)

const (
	applyKinds   = "kubectl apply -f deploy/components/kinds/rbac.yaml"
	applySecrets = "kubectl apply -f deploy/components/kinds-secrets/rbac.yaml"
)

// kinds says which kinds of objects the gate may look up. It is no fault that it may not look
// up what no Job waits for.
func (f Facts) kinds() Finding {
	const check = "kinds"
	if f.KindsError != nil {
		return Finding{check, Warning, "which kinds of objects the gate may look up was not asked: " + f.KindsError.Error(), ""}
	}
	var wanted, spare []string
	for _, k := range f.BarredKinds {
		if k.Jobs > 0 {
			wanted = append(wanted, fmt.Sprintf("%s (%d)", k.Name, k.Jobs))
		} else {
			spare = append(spare, k.Name)
		}
	}
	if len(wanted) > 0 {
		return Finding{check, Warning, "the gate may not list and watch what Jobs wait for, here with how many do: " + strings.Join(wanted, ", "), f.applyKinds()}
	}
	message := "the gate may look up no objects but Jobs"
	if len(f.Kinds) > 0 {
		message = "the gate may look up " + strings.Join(f.Kinds, ", ")
	}
	if len(spare) > 0 {
		message += "; not " + strings.Join(spare, ", ") + ", and no Job waits for one"
	}
	return Finding{check, OK, message, ""}
}

// applyKinds is what gives the gate the rights to look up what Jobs wait for. The rights to kinds
// that are not in the table are added up by a ClusterRole that comes with the table's.
func (f Facts) applyKinds() string {
	var commands, others []string
	table := false
	for _, k := range f.BarredKinds {
		switch {
		case k.Name == "secret":
			if k.Jobs > 0 {
				others = append(others, applySecrets)
			}
		case k.Listed:
			table = true
		case k.Jobs > 0:
			others = append(others, fmt.Sprintf("kubectl create clusterrole depctl-gate-%[1]s --verb=list,watch --resource=%[1]s && "+
				"kubectl label clusterrole depctl-gate-%[1]s depctl.dev/aggregate-to-gate=true", k.Resource+"."+k.Group))
		}
	}
	if table {
		commands = append(commands, applyKinds)
	}
	return strings.Join(append(commands, others...), " && ")
}
