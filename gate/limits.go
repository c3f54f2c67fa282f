package gate

import (
	"fmt"
	"slices"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"depctl.dev/gate/limit"
	"depctl.dev/lang"
)

// What is in this file lets a Job take tokens of limits.

const (
	// UsesAnnotation says which tokens of limits each pod of the Job takes while the Job
	// runs, such as "licence=2, db, ops/gpu=1". A limit without a namespace is one of the
	// Job's own. The Job is held until all are free, for all of its pods, or for the first
	// element of an array whose elements take them one by one.
	UsesAnnotation = "depctl.dev/uses"
	// TokensAnnotation records, on the Pod template, what each pod of the Job takes. The
	// gate writes it in the patch that releases the Job, and goes by it from then on.
	TokensAnnotation = "depctl.dev/tokens"
)

// TokensLabel marks the pods that take tokens.
const TokensLabel = "depctl.dev/holds-tokens"

// LimitsName is the name of the ConfigMap that has the limits of a namespace.
const LimitsName = "depctl-limits"

// ReasonLimitReached means that the dependencies are met, and the tokens that the Job uses are
// not all free, or others are to have them first.
const ReasonLimitReached = "LimitReached"

// maxUses bounds the value of UsesAnnotation, in bytes.
const maxUses = 8 << 10

// Grant is what is known of the tokens that a Job needs.
type Grant struct {
	// Given reports whether they are the Job's: it may start.
	Given bool
	// Problem is what must be fixed first, or asked; nil if nothing. Short says what is short
	// and who has it. TooMany reports that the Job needs more than there is in all.
	Problem *lang.Problem
	Short   string
	TooMany bool
	// Crowd says which pods are starting, where all else is the Job's.
	Crowd string
}

// Tokens says whether a Job may take the tokens that it needs.
type Tokens interface {
	Grant(job Job, needs limit.Needs) Grant
	// Elements returns which of the pods of a Job may be let go, each of which takes so much,
	// and what the others lack.
	Elements(job Job, each limit.Needs, pods []Pod) ([]Pod, Grant)
}

// Uses is what a Job says of the tokens that it takes.
type Uses struct {
	// Said reports whether UsesAnnotation is there, and Text is its value.
	Said bool
	Text string
	// Recorded is the value of TokensAnnotation, and Pods is for how many pods the release
	// took tokens: fewer later give nothing back, as the others take a while to end.
	Recorded string
	Pods     int64
	// Priority says which of a namespace's Jobs that wait for tokens comes first, and wrong
	// is the value of PriorityAnnotation where that is no number.
	Priority Priority
	wrong    string
	// Overlaps reports whether a replacement may run while the pod that it replaces ends.
	Overlaps bool
}

func observeUses(job *batchv1.Job) Uses {
	u := Uses{Recorded: job.Spec.Template.Annotations[TokensAnnotation]}
	u.Text, u.Said = job.Annotations[UsesAnnotation]
	u.Text, u.Recorded = u.Text[:min(len(u.Text), maxUses+1)], u.Recorded[:min(len(u.Recorded), maxUses+1)]
	if _, depends := job.Annotations[DependsOnAnnotation]; u.Said || depends { // of others nobody needs it
		u.Priority, u.wrong = observePriority(job)
	}
	u.Overlaps = job.Spec.PodReplacementPolicy == nil || *job.Spec.PodReplacementPolicy != batchv1.Failed
	return u
}

// usesPerPod returns what each pod of the Job takes, as it says; nil if it uses nothing. The
// error, if any, is a *Mistake.
func (j Job) usesPerPod() (limit.Needs, error) {
	switch {
	case !j.Uses.Said:
		return nil, nil
	case j.Uses.wrong != "":
		return nil, &Mistake{PriorityAnnotation, fmt.Sprintf("is %s, which is not a whole number", j.Uses.wrong)}
	case len(j.Uses.Text) > maxUses:
		return nil, &Mistake{UsesAnnotation, "is too long: at most 8 KiB are read"}
	}
	needs, err := limit.ParseUses(j.Uses.Text, j.Namespace)
	if err != nil {
		return nil, &Mistake{UsesAnnotation, "cannot be read: " + err.Error()}
	}
	return needs, nil
}

// Pods is how many pods the Job has at once at most.
func (j Job) Pods() int64 {
	most := j.Parallelism
	if limit, _ := j.limit(); limit > 0 {
		most = min(most, limit)
	}
	if j.completions >= 0 {
		most = min(most, j.completions)
	}
	return most
}

// Needs returns the tokens that the Job takes when it is released.
func (j Job) Needs() limit.Needs {
	each, _ := j.usesPerPod() // invalidAnnotation has looked at it
	return each.Times(j.Pods())
}

// Holds returns the tokens that the Job has from its release, or from its start where it runs
// unheld, until it is over. What was recorded then counts, as what the Job says can be edited;
// nothing that the API server lets anybody raise makes it less. A Job of which each pod has its
// own (ElementTakes) holds nothing itself.
func (j Job) Holds() limit.Needs {
	if j.Outcome() != lang.Undecided {
		return nil
	}
	if each := j.recorded(); each != nil {
		if j.Gated {
			return nil
		}
		return each.Times(max(j.Pods(), j.Uses.Pods))
	}
	if !j.Suspended && j.Uses.Said && j.ForeignOwner == "" {
		return j.Needs()
	}
	return nil
}

// recorded returns what each pod takes, as the release has recorded it; nil if it has not.
func (j Job) recorded() limit.Needs {
	if j.Uses.Recorded == "" || j.Suspended && !j.Released {
		return nil
	}
	each, err := limit.ParseUses(j.Uses.Recorded, j.Namespace)
	if err != nil {
		return nil
	}
	return each
}

// PodTokens returns what a pod takes, nil if nothing: one that is over, an element that has
// not been let go, or one that no release of a Job marked.
func PodTokens(pod *corev1.Pod) limit.Needs {
	if pod.Labels[TokensLabel] == "" || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed ||
		slices.ContainsFunc(pod.Spec.SchedulingGates, isOurGate) {
		return nil
	}
	needs, err := limit.ParseUses(pod.Annotations[TokensAnnotation], pod.Namespace)
	if err != nil {
		return nil
	}
	return needs
}

// UsesLimits returns what must be allowed for the Job to take tokens of limits of another
// namespace: the verb "use", as "get" is what every viewer has.
func (j Job) UsesLimits(namespace string) Question {
	return Question{
		Namespace: j.Namespace, Account: j.ServiceAccount, Verb: "use", Target: namespace, Name: LimitsName,
		Kind: "configmap", Resource: corev1.SchemeGroupVersion.WithResource("configmaps"),
	}
}

// limitsOff holds what uses limits where the gate keeps none, and what it cannot count.
func limitsOff(s Snapshot) (Decision, bool) {
	d := Decision{Action: Waiting, Reason: ReasonProblem}
	switch {
	case !s.Job.Uses.Said || s.Job.Released:
		return d, false
	case s.Tokens == nil:
		d.Message = "held: this Job uses limits (" + UsesAnnotation + "), and this gate runs without --limits: kubectl apply -k deploy/full turns them on"
	case s.Job.Uses.Overlaps:
		d.Message = "held: a pod that is replaced may run beside its replacement, which would take more than " + UsesAnnotation +
			" says: recreate the Job with podReplacementPolicy: Failed, which a new Job with that annotation gets by itself"
	}
	return d, d.Message != ""
}

// withTokens is a decision to release, if the Job may have the tokens that it needs.
func withTokens(s Snapshot, d Decision) Decision {
	needs := s.needs(d.PerElement)
	if len(needs) == 0 {
		return d
	}
	grant := s.Tokens.Grant(s.Job, needs)
	if grant.Given {
		return d
	}
	if grant.TooMany && s.mayGoByElement() && !d.PerElement {
		d.PerElement = true
		return withTokens(s, d)
	}
	d.Action, d.Wants, d.Results = Waiting, needs, nil
	switch {
	case grant.Problem == nil && s.Job.Refused != "": // its tokens were taken back for that
		d.Reason, d.Message = ReasonPatchRefused, s.Job.Refused
	case grant.Problem == nil && grant.Crowd != "":
		d.Reason, d.Message = ReasonTooManyStarting, "waiting: "+grant.Crowd
	case grant.Problem == nil:
		d.Reason, d.Message = ReasonLimitReached, "waiting for tokens: "+grant.Short
	case grant.Problem.Code == lang.ProblemUnasked:
		d.Reason, d.Message, d.Wants = ReasonWaiting, "waiting: "+grant.Problem.Message, nil
	default:
		d.Reason, d.Message = ReasonProblem, "waiting, and something must be fixed: "+grant.Problem.Message
		if grant.Problem.Code == lang.ProblemForbidden {
			d.Wants = nil // in line it would be given what it may not take
		}
	}
	return d
}

// Barred returns why the Job may not take tokens of limits of another namespace, nil if it
// may.
func (j Job) Barred(needs limit.Needs, access Access) *lang.Problem {
	for _, need := range needs {
		if need.Limit.Namespace == j.Namespace || countsStarting(need.Limit) {
			continue
		}
		q := j.UsesLimits(need.Limit.Namespace)
		if answer := access.Answer(q); answer != Allowed {
			return q.problem(answer)
		}
	}
	return nil
}

// usesOperations returns what a release tests of the tokens that the Job takes, and by what
// its pods are found. They come before what changes parallelism.
func (j Job) usesOperations() []operation {
	if !j.Uses.Said {
		return []operation{{"test", annotationPath(UsesAnnotation), nil}}
	}
	return []operation{
		{"test", annotationPath(UsesAnnotation), j.Uses.Text},
		{"test", "/spec/parallelism", j.Parallelism},
		{"add", "/spec/template/metadata/labels/" + pointer(TokensLabel), "true"},
	}
}
