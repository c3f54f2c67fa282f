package gate

import (
	"cmp"
	"slices"

	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"depctl.dev/lang"
)

// Question is whether a service account may look at objects of another namespace.
type Question struct {
	// Namespace and Account are those of the service account.
	Namespace, Account string
	// Verb is get for one object, list for all of a namespace.
	Verb string
	// Target is the namespace that is looked into, and Name the object, empty for
	// all.
	Target, Name string
	// Kind is the name of their kind, and Resource where the API server has them; both
	// are zero for Jobs.
	Kind     string
	Resource schema.GroupVersionResource
}

// Answer is what is known of a Question. The zero Answer is Unasked, and only
// Allowed opens anything.
type Answer uint8

// The answers.
const (
	// Unasked: nobody knows yet, or what was known is too old.
	Unasked Answer = iota
	// Allowed: the service account may.
	Allowed
	// Denied: it may not, until somebody grants it.
	Denied
	// Disabled: this gate honours no reference into another namespace.
	Disabled
)

// Access answers what Jobs may look at in namespaces that are not theirs.
type Access interface {
	Answer(Question) Answer
}

// Answers are those that were gathered; every other question is Unasked.
type Answers map[Question]Answer

// Answer returns what is known of a question.
func (a Answers) Answer(q Question) Answer { return a[q] }

// Open is an Access that allows everything.
type Open struct{}

// Answer returns Allowed.
func (Open) Answer(Question) Answer { return Allowed }

// Closed is an Access that honours no reference into another namespace.
type Closed struct{}

// Answer returns Disabled.
func (Closed) Answer(Question) Answer { return Disabled }

// Questions returns what must be allowed for the references of an expression of
// the Job, each once and sorted; none if it stays in its own namespace. Nobody asks
// about a kind of which it is not known where the API server has it.
func (j Job) Questions(expr *lang.Expr, kinds Kinds) []Question {
	var list []Question
	if each, err := j.takesPerPod(); err == nil {
		for _, need := range each {
			if need.Limit.Namespace != j.Namespace {
				list = append(list, j.UsesLimits(need.Limit.Namespace))
			}
		}
	}
	if expr == nil {
		slices.SortFunc(list, compareQuestions)
		return slices.Compact(list)
	}
	wants, _ := j.Wants()
	for _, w := range wants {
		if w.Ref.Namespace != j.Namespace {
			list = append(list, podsQuestion(j.Namespace, j.ServiceAccount, w.Ref.Namespace))
		}
	}
	for _, check := range expr.Checks() {
		for i := range check.Targets {
			if ref := check.Targets[i].Ref.Resolve(j.Ref()); len(check.Results) > 0 && ref.Namespace != j.Namespace {
				list = append(list, podsQuestion(j.Namespace, j.ServiceAccount, ref.Namespace))
			}
		}
	}
	near := j.GoesNear()
	for _, edge := range expr.Edges() {
		ref := edge.Ref.Resolve(j.Ref())
		if ref.Namespace == j.Namespace {
			continue
		}
		if near && (ref.Kind == lang.KindJob || ref.Kind == lang.KindCronJob) {
			list = append(list, podsQuestion(j.Namespace, j.ServiceAccount, ref.Namespace))
		}
		if _, known := resourceOf(kinds, ref.Kind); known {
			list = append(list, question(kinds, j.Namespace, j.ServiceAccount, ref))
		}
	}
	slices.SortFunc(list, compareQuestions)
	return slices.Compact(list)
}

// About returns those of the questions of a Job, as Questions returns them, of which
// one must be allowed for it to look at an object of another namespace: as the one that
// it names, or as one of all. There are none if it names the object in neither way.
func About(questions []Question, ref lang.Ref) []Question {
	var list []Question
	kind := ref.Kind
	if kind == lang.KindJob {
		kind = ""
	}
	for _, q := range [...]Question{{Kind: kind, Target: ref.Namespace, Verb: "get", Name: ref.Name}, {Kind: kind, Target: ref.Namespace, Verb: "list"}} {
		if at, asked := slices.BinarySearchFunc(questions, q, compareQuestions); asked {
			list = append(list, questions[at])
		}
	}
	return list
}

// ReadsPods returns what must be allowed for the Job to learn the results of Jobs of another
// namespace, or where they ran, beside the right to look at them: that is data of their pods.
func (j Job) ReadsPods(namespace string) Question {
	return podsQuestion(j.Namespace, j.ServiceAccount, namespace)
}

// Refusal says why a denial opens nothing, and not how to change that.
func (q Question) Refusal(a Answer) string {
	if a == Disabled {
		return disabled
	}
	return q.refusal()
}

func podsQuestion(namespace, account, target string) Question {
	return Question{
		Namespace: namespace, Account: account, Verb: "get", Target: target,
		Kind: "pod", Resource: corev1.SchemeGroupVersion.WithResource("pods"),
	}
}

// resourceOf returns where the API server has the objects of a kind, and whether that is known.
func resourceOf(kinds Kinds, name string) (schema.GroupVersionResource, bool) {
	switch {
	case name == lang.KindJob:
		return resourceOfJobs(), true
	case kinds == nil:
		return schema.GroupVersionResource{}, false
	}
	return kinds.Resource(name)
}

func compareQuestions(a, b Question) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Name, b.Name))
}

func question(kinds Kinds, namespace, account string, ref lang.Ref) Question {
	q := Question{Namespace: namespace, Account: account, Verb: "get", Target: ref.Namespace, Name: ref.Name}
	if ref.Kind != lang.KindJob {
		q.Kind = ref.Kind
		q.Resource, _ = resourceOf(kinds, ref.Kind)
	}
	if ref.IsSet() || ref.Kind == lang.KindJob && ref.Run != "" { // a step is looked up by its labels
		q.Verb, q.Name = "list", ""
	}
	return q
}

func (q Question) resource() schema.GroupVersionResource {
	if q.Kind == "" {
		return resourceOfJobs()
	}
	return q.Resource
}

// Review returns the question as the API server is asked it.
func (q Question) Review() *authorizationv1.SubjectAccessReview {
	of := q.resource()
	return &authorizationv1.SubjectAccessReview{
		Spec: authorizationv1.SubjectAccessReviewSpec{
			User:   "system:serviceaccount:" + q.Namespace + ":" + q.Account,
			Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + q.Namespace, "system:authenticated"},
			ResourceAttributes: &authorizationv1.ResourceAttributes{
				Group: of.Group, Version: of.Version, Resource: of.Resource, Verb: q.Verb, Namespace: q.Target, Name: q.Name,
			},
		},
	}
}
