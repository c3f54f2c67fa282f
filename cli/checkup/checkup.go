package checkup

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	"depctl.dev/gate"
)

const (
	applyBase   = "kubectl apply -k deploy/base"
	applyFull   = "kubectl apply -k deploy/full"
	applyArrays = "kubectl apply -k deploy/arrays"
	applyHook   = "kubectl apply -k deploy/webhook"
	applyHooks  = "kubectl apply -k deploy/webhook-full"
	development = "(devel)"
)

// Of judges what was found, in the order in which one would fix it.
func Of(f Facts) []Finding {
	list := []Finding{f.server(), f.deployment(), f.leader(), f.version(), f.hold(), f.leash(), f.rights(), f.arrays(), f.kinds()}
	return append(append(list, f.scheduler()...), f.jobs()...)
}

// NoGate says why nothing is released, as far as that is known; empty if a gate may be at work. One that
// has written to a Job, and never to the Lease, runs without an election, somewhere.
func NoGate(f Facts) string {
	gate, leader := f.deployment(), f.leader()
	switch {
	case f.leads() == OK && f.ObserveOnly && f.Ready > 0:
		return gate.Message
	case f.leads() == OK, !f.Word.IsZero() && f.Renewed.IsZero(), f.writes() && leader.Level != Failure:
		return ""
	case gate.Level == Failure:
		return gate.Message
	case leader.Level == Failure:
		return leader.Message
	}
	return ""
}

// Failed reports whether a finding is a failure.
func Failed(list []Finding) bool {
	for _, f := range list {
		if f.Level == Failure {
			return true
		}
	}
	return false
}

// gate returns the Deployment or Lease of the gate.
func (f Facts) gate() string { return f.Installed + "/depctl-gate" }

// kubectl returns a command on the namespace of the gate.
func (f Facts) kubectl(command string) string { return "kubectl -n " + f.Installed + " " + command }

// helm returns the command that has Helm install what values say, beside what it was told before.
func (f Facts) helm(values ...string) string {
	command := "helm -n " + f.Installed + " upgrade " + f.Release + " deploy/chart --reuse-values"
	for _, value := range values {
		command += " --set " + value
	}
	return command
}

// apply is what installs the gate on this API server.
func (f Facts) apply() string {
	if f.Release != "" {
		return f.helm()
	}
	if f.Policies {
		return applyBase
	}
	return applyHook
}

// applyRights is what gives the gate the rights that its flags need.
func (f Facts) applyRights() string {
	switch more := f.Limits || len(f.HeldKinds) > 0; {
	case f.Release != "":
		return f.helm()
	case more && f.Policies:
		return applyFull
	case more:
		return applyHooks
	}
	return f.apply()
}

// applyElements is what has the gate release arrays element by element.
func (f Facts) applyElements() string {
	if f.Release != "" {
		return f.helm("arrays.enabled=true")
	}
	if f.Policies {
		return applyArrays
	}
	return applyHooks
}

func (f Facts) server() Finding {
	switch {
	case f.Policies:
		return Finding{"api-server", OK, f.Server + ": it has MutatingAdmissionPolicy v1", ""}
	case f.Major == 1 && f.Minor >= 30:
		return Finding{"api-server", OK, f.Server + ": no MutatingAdmissionPolicy v1, so the gate's webhook holds Jobs", ""}
	}
	return Finding{"api-server", Warning, f.Server + ": depctl is for 1.30 or newer", ""}
}

func (f Facts) deployment() Finding {
	const check = "gate"
	running := f.leads() == OK
	rollout := f.kubectl("describe deployment depctl-gate")
	switch {
	case !f.Deployment && f.DeploymentError == nil && !running && f.writes():
		return Finding{check, Warning, fmt.Sprintf("there is no Deployment %s, and a gate runs elsewhere: it wrote to a Job %s ago", f.gate(), duration.HumanDuration(f.Now.Sub(f.Word))), ""}
	case f.DeploymentError != nil:
		return Finding{check, Warning, "Deployment " + f.gate() + " cannot be read: " + f.DeploymentError.Error(), ""}
	case !f.Deployment && !running:
		return Finding{check, Failure, "there is no Deployment " + f.gate() + ": depctl is not installed", f.apply()}
	case !f.Deployment || f.Ready == 0 && running:
		return Finding{check, Warning, "no pod of Deployment " + f.gate() + " is ready, and a gate leads that runs elsewhere", rollout}
	case f.Wanted == 0:
		return Finding{check, Failure, "Deployment " + f.gate() + " has no replicas: nothing is released", f.kubectl("scale deployment depctl-gate --replicas=2")}
	case f.Ready == 0:
		return Finding{check, Failure, fmt.Sprintf("none of %d pods is ready: nothing is released", f.Wanted), rollout}
	case f.Ready < f.Wanted:
		return Finding{check, Warning, fmt.Sprintf("%d of %d pods are ready", f.Ready, f.Wanted), rollout}
	case f.ObserveOnly:
		return Finding{check, Warning, "it only observes (--observe-only): nothing is released", f.kubectl("edit deployment depctl-gate")}
	}
	return Finding{check, OK, fmt.Sprintf("%d of %d pods are ready", f.Ready, f.Wanted), ""}
}

// slack is what clocks may differ by.
const slack = 15 * time.Second

// lately is how long ago a gate may have written for the last time that is taken to
// run.
const lately = 10 * time.Minute

// writes reports whether a gate has written to a Job lately.
func (f Facts) writes() bool { return !f.Word.IsZero() && f.Now.Sub(f.Word) < lately }

// leads reports how it stands with the leader: a warning is that nobody can tell.
func (f Facts) leads() Level {
	switch {
	case f.Alone && f.Ready > 0:
		return OK
	case f.LeaseError != nil:
		return Warning
	case f.Leader == "" || f.Now.After(f.Renewed.Add(f.Lease+slack)):
		return Failure
	}
	return OK
}

func (f Facts) leader() Finding {
	const check = "leader"
	logs := f.kubectl("logs deployment/depctl-gate")
	switch level := f.leads(); {
	case level == Warning:
		return Finding{check, Warning, "Lease " + f.gate() + " cannot be read: " + f.LeaseError.Error(), ""}
	case level == OK && f.Alone:
		return Finding{check, OK, "there is no election (--leader-elect=false)", ""}
	case level == OK:
		return Finding{check, OK, f.Leader + " leads", ""}
	case f.writes() && (f.Leader == "" || f.Word.After(f.Renewed.Add(f.Lease+slack))):
		return Finding{check, Warning, fmt.Sprintf("no gate holds Lease %s, and one wrote to a Job %s ago: it runs without an election (--leader-elect=false), or has just ended",
			f.gate(), duration.HumanDuration(f.Now.Sub(f.Word))), ""}
	case f.Leader == "":
		return Finding{check, Failure, "no gate leads: nothing is released", logs}
	}
	return Finding{check, Failure, fmt.Sprintf("no gate leads: %s has not renewed its Lease since %s; nothing is released",
		f.Leader, f.Renewed.UTC().Format(time.RFC3339)), logs}
}

func (f Facts) version() Finding {
	const check = "version"
	gateVersion, from := f.Gate, ""
	if gateVersion == "" {
		_, tag, tagged := strings.Cut(f.Image[strings.LastIndexByte(f.Image, '/')+1:], ":")
		if tag, _, _ = strings.Cut(tag, "@"); tagged {
			gateVersion, from = tag, " by the tag of its image"
		}
	}
	switch {
	case gateVersion == "":
		return Finding{check, Warning, "depctl is " + f.CLI + ", the gate's version is not known", ""}
	case strings.TrimPrefix(gateVersion, "v") == strings.TrimPrefix(f.CLI, "v"):
		return Finding{check, OK, "depctl and the gate are " + f.CLI + from, ""}
	case f.CLI == development || gateVersion == development || gateVersion == "dev":
		return Finding{check, OK, fmt.Sprintf("depctl is %s, the gate %s%s: builds of a developer are not compared", f.CLI, gateVersion, from), ""}
	}
	return Finding{check, Warning, fmt.Sprintf("depctl is %s, the gate %s%s: what one reads the other may not", f.CLI, gateVersion, from), f.apply()}
}

func (f Facts) hold() Finding {
	const check = "hold"
	switch {
	case f.HoldError != nil:
		return Finding{check, Warning, fmt.Sprintf("a dry run of an annotated Job in namespace %s was refused, so nobody knows whether it would be held: %v", f.Namespace, f.HoldError), ""}
	case !f.Held:
		return Finding{check, Failure, "an annotated Job in namespace " + f.Namespace + " would run at once, or is refused lest it does: no policy and no webhook holds it", f.apply()}
	}
	return Finding{check, OK, "an annotated Job in namespace " + f.Namespace + " would be held, by a dry run", ""}
}

func (f Facts) leash() Finding {
	const check = "leash"
	switch {
	case f.LeashError != nil:
		return Finding{check, Warning, "the policies on the gate's service account cannot be listed: " + f.LeashError.Error(), ""}
	case len(f.MissingLeash) > 0:
		return Finding{check, Failure, "the gate may do more than it should, these policies or their bindings are missing or do not deny: " + strings.Join(f.MissingLeash, ", "), f.apply()}
	}
	return Finding{check, OK, "the policies on the gate's service account are in place", ""}
}

func (f Facts) rights() Finding {
	const check = "rights"
	switch {
	case f.RightsError != nil:
		return Finding{check, Warning, "what the gate may do was not asked: " + f.RightsError.Error(), ""}
	case len(f.MissingRights) > 0:
		return Finding{check, Failure, "the gate may not " + strings.Join(f.MissingRights, ", "), f.applyRights()}
	}
	return Finding{check, OK, "the gate may do all that it needs", ""}
}

func (f Facts) arrays() Finding {
	const check = "arrays"
	switch {
	case f.Deployment && f.Arrays:
		return Finding{check, OK, "on: arrays are released element by element", ""}
	case !f.Deployment:
		return Finding{check, Warning, "whether arrays are released element by element is not known", ""}
	case f.Elementwise > 0:
		return Finding{check, Warning, fmt.Sprintf("off, and Jobs that wait need them: %d", f.Elementwise), f.applyElements()}
	}
	return Finding{check, OK, "off: Jobs that speak of single elements would be held (" + f.applyElements() + " turns them on)", ""}
}

func (f Facts) jobs() []Finding {
	if f.JobsError != nil {
		return []Finding{{"jobs", Warning, f.JobsError.Error(), ""}}
	}
	var list []Finding
	add := func(n int, level Level, what, fix string) {
		if n > 0 {
			list = append(list, Finding{"jobs", level, fmt.Sprintf("%d %s", n, what), fix})
		}
	}
	show := "depctl status " + f.Scope
	add(f.Overdue, Failure, "could have been released a minute ago or more, and were not", f.kubectl("logs deployment/depctl-gate"))
	add(f.Jobs[gate.StateInvalid], Warning, "have a mistake in an annotation", "depctl graph "+f.Scope)
	add(f.Jobs[gate.StateBlocked], Warning, "can never run as things stand", show)
	add(f.Unheld, Warning, "were started though their dependencies were not looked at (StartedUnheld)", "depctl graph "+f.Scope)
	if len(list) == 0 {
		list = append(list, Finding{"jobs", OK, fmt.Sprintf("none is invalid or blocked; %d wait", f.Jobs[gate.StateWaiting]), ""})
	}
	return list
}
