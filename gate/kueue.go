package gate

import (
	"slices"
	"strings"
)

// KueueGatesAnnotation names, with commas between, who does not let Kueue admit a workload yet. Kueue takes
// entries only at birth, and lets anybody take one out.
const KueueGatesAnnotation = "kueue.x-k8s.io/admission-gated-by"

// KueueGate is our entry in KueueGatesAnnotation. The policies of deploy/components/kueue write it.
const KueueGate = "depctl.dev/gate"

// byKueue is the ForeignOwner of a Job of a queue that nothing of ours holds.
const byKueue = "Kueue (label " + queueLabel + ")"

// observeKueue sees whether the Job waits for its release by our entry, or has been released so. spec.suspend
// is Kueue's all the while: it also suspends a Job that was released, to let another one go first.
func (j *Job) observeKueue(annotations map[string]string, release *Release) {
	if j.ForeignOwner != byKueue {
		return
	}
	if gates := annotations[KueueGatesAnnotation]; release == nil && slices.Contains(kueueGates(gates), KueueGate) {
		j.ForeignOwner, j.InQueue, j.QueueGates = "", true, gates
	} else if release != nil && release.Kueue {
		j.ForeignOwner, j.InQueue = "", true
	}
}

// kueueGates reads the annotation as Kueue does.
func kueueGates(text string) []string {
	gates := strings.Split(text, ",")
	for i := range gates {
		gates[i] = strings.TrimSpace(gates[i])
	}
	return gates
}

// kueueMistake returns the annotation that has no meaning in a queue of Kueue: what it asks for is written to
// the Pod template, which is Kueue's from the release on, or is counted twice.
func (j Job) kueueMistake() error {
	if !j.InQueue {
		return nil
	}
	const restores = "is not for Jobs in a queue of Kueue, which restores the Pod template whenever it stops a Job: remove it"
	switch {
	case j.Uses.Said:
		return &Mistake{UsesAnnotation, "is not for Jobs in a queue of Kueue: a Job that waits there would keep its tokens; have the quota of the queue say it"}
	case j.ArrayLimit != "":
		return &Mistake{ArrayLimitAnnotation, "is not for Jobs in a queue of Kueue, which reserves quota for all pods at once: set spec.parallelism"}
	case j.Results != "":
		return &Mistake{ResultsAnnotation, restores}
	case j.Near != "":
		return &Mistake{NearAnnotation, restores}
	}
	return nil
}

// kueueRefuses holds what cannot be released through Kueue, and what this gate may not release.
func kueueRefuses(s Snapshot) (Decision, bool) {
	d := Decision{Action: Waiting}
	switch {
	case !s.Job.InQueue || s.Job.Released:
	case s.NoKueue:
		d.Reason, d.Message = ReasonProblem, "held: Kueue does not admit this Job while "+KueueGatesAnnotation+" has "+KueueGate+
			", and this gate runs without --kueue: add deploy/components/kueue"
	case s.Job.Gated || s.Expr != nil && s.Expr.Elementwise():
		d.Reason, d.Message = ReasonInvalidExpression, "held: a Job in a queue of Kueue is released as a whole, because Kueue reserves quota for all its pods "+
			"and evicts it if some wait too long: wait for whole arrays, or take the label "+queueLabel+" off"
	}
	return d, d.Reason != ""
}

// admit returns the JSON patch that releases a Job through Kueue, with the tests of ReleasePatch. It takes our
// entry out, and leaves those of others, and spec.suspend, as they are.
func (j Job) admit(release Release, more []operation) ([]byte, error) {
	release.Kueue, release.Pods = true, 0
	record, err := encode(j, "record of the release", release)
	if err != nil {
		return nil, err
	}
	path := annotationPath(KueueGatesAnnotation)
	steps := []operation{
		{"test", "/metadata/uid", j.UID},
		{"test", "/spec/suspend", true},
		j.sameText(),
		j.sameHold(),
		j.unreleased(),
		j.sameRun(),
		{"test", path, j.QueueGates},
	}
	others := slices.DeleteFunc(kueueGates(j.QueueGates), func(g string) bool { return g == KueueGate })
	if len(others) == 0 {
		steps = append(steps, operation{"remove", path, nil})
	} else {
		steps = append(steps, operation{"replace", path, strings.Join(others, ",")})
	}
	if j.OnHold { // a person releases it all the same
		steps = append(steps, operation{"remove", annotationPath(HoldAnnotation), nil})
	}
	steps = append(steps, operation{"add", annotationPath(ReleasedAnnotation), string(record)})
	return encode(j, "release", append(steps, more...))
}
