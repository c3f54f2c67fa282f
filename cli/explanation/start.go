package explanation

import (
	"fmt"
	"strings"

	"depctl.dev/gate"
	"depctl.dev/lang/kind"
)

// StartCommand returns the command of kubectl by which a person lets start what is held.
func StartCommand(job gate.Job) string {
	name := job.Name + " -n " + job.Namespace
	k, _ := kind.Of(job.Identity().Kind)
	switch {
	case k.Versions:
		return "kubectl rollout resume " + k.Name + " " + name
	case k.Gated:
		return "kubectl edit pod " + name + " # take " + gate.SchedulingGate + " out of spec.schedulingGates"
	case job.IsJob():
		return fmt.Sprintf(`kubectl patch job %s -p '{"spec":{"suspend":false}}'`, name)
	}
	field := strings.TrimPrefix(k.HeldBy, "spec.")
	return fmt.Sprintf(`kubectl patch %s %s --type=merge -p '{"spec":{%q:false}}'`, strings.ToLower(k.Noun), name, field)
}
