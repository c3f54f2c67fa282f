package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"depctl.dev/lang"
)

// problem returns what an answer other than Allowed keeps from being decided.
// It says nothing that the question does not: whoever may not look must not
// learn whether there is anything to see.
func (q Question) problem(a Answer) *lang.Problem {
	switch a {
	case Denied:
		return &lang.Problem{
			Code:    lang.ProblemForbidden,
			Message: q.denial() + q.Grant(),
		}
	case Disabled:
		return &lang.Problem{
			Code:    lang.ProblemForbidden,
			Message: disabled,
		}
	default:
		return &lang.Problem{
			Code:    lang.ProblemUnasked,
			Message: q.doubt(),
		}
	}
}

// disabled is said where no reference into another namespace is honoured.
const disabled = "this gate honours no references into other namespaces (--cross-namespace=deny)"

func (q Question) refusal() string {
	return fmt.Sprintf("service account %s/%s may not %s", q.Namespace, q.Account, q.what())
}

func (q Question) denial() string {
	return q.refusal() + "; to allow it: "
}

func (q Question) doubt() string {
	return fmt.Sprintf("asking whether service account %s/%s may %s", q.Namespace, q.Account, q.what())
}

// Tells returns what the condition of a Job says of a question that the Job's
// expression asks: Unasked if it says nothing of it. The gate names what is denied
// before all else, so what a text in full does not name is allowed, or does not
// matter.
func (c *Condition) Tells(q Question) Answer {
	if c == nil {
		return Unasked
	}
	short := strings.HasSuffix(c.Message, more) || leftOut.MatchString(c.Message)
	switch {
	case strings.Contains(c.Message, q.denial()):
		return Denied
	case strings.Contains(c.Message, disabled):
		return Disabled
	case strings.Contains(c.Message, q.doubt()):
		return Unasked
	case c.Reason == ReasonWaiting, c.Reason == ReasonDependencyCycle, c.Reason == ReasonProblem && !short:
		return Allowed
	}
	return Unasked
}

// leftOut matches the end of a summary that does not have all reasons.
var leftOut = regexp.MustCompile(` and \d+ more$`)

func (q Question) what() string {
	one, all := "Job", "Jobs"
	if q.Kind != "" {
		one, all = q.Kind, q.Resource.Resource
	}
	if q.Name == "" {
		if q.Verb == "get" {
			return "get the " + all + " of namespace " + q.Target
		}
		if q.Target == "" {
			return "list " + all
		}
		return "list the " + all + " of namespace " + q.Target
	}
	if q.Target == "" {
		return q.Verb + " " + one + " " + q.Name
	}
	return q.Verb + " " + one + " " + q.Target + "/" + q.Name
}

// Grant returns the shell command that gives the service account the right, and
// nothing more.
func (q Question) Grant() string {
	name, one := q.roleName(), ""
	if q.Name != "" {
		one = " --resource-name=" + q.Name
	}
	if q.Target == "" { // of a kind that is in no namespace
		return fmt.Sprintf("kubectl create clusterrole %[1]s --verb=%[2]s --resource=%[3]s%[4]s && "+
			"kubectl create clusterrolebinding %[1]s --clusterrole=%[1]s --serviceaccount=%[5]s:%[6]s",
			name, q.Verb, q.resource().GroupResource(), one, q.Namespace, q.Account)
	}
	verb, special := q.Verb, ""
	if q.Verb == "use" { // kubectl makes no role with a verb that it does not know of the resource
		verb, special = "get", " --dry-run=client -o yaml | sed 's/- get/- use/' | kubectl apply -f -"
	}
	return fmt.Sprintf("kubectl create role %[1]s -n %[2]s --verb=%[3]s --resource=%[7]s%[4]s%[8]s && "+
		"kubectl create rolebinding %[1]s -n %[2]s --role=%[1]s --serviceaccount=%[5]s:%[6]s",
		name, q.Target, verb, one, q.Namespace, q.Account, q.resource().GroupResource(), special)
}

// roleName returns a name for the role and its binding that no other question
// into the namespace has. No name of Kubernetes has a colon, so the readable
// one is not ambiguous; a long one would not leave room in an event.
func (q Question) roleName() string {
	name := fmt.Sprintf("%s:%s:%s:%s", q.Namespace, q.Account, q.Verb, q.Name)
	if q.Name == "" {
		name = fmt.Sprintf("%s:%s:%s", q.Namespace, q.Account, q.Verb)
	}
	if q.Kind != "" {
		name += ":" + q.Kind
	}
	if len(name) <= 80 {
		return name
	}
	hash := sha256.Sum256([]byte(name))
	return "depctl:" + hex.EncodeToString(hash[:8])
}
