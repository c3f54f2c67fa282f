package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

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
			Message: fmt.Sprintf("service account %s/%s may not %s; to allow it: %s", q.Namespace, q.Account, q.what(), q.Grant()),
		}
	case Disabled:
		return &lang.Problem{
			Code:    lang.ProblemForbidden,
			Message: "this gate honours no references into other namespaces (--cross-namespace=deny)",
		}
	default:
		return &lang.Problem{
			Code:    lang.ProblemUnasked,
			Message: fmt.Sprintf("asking whether service account %s/%s may %s", q.Namespace, q.Account, q.what()),
		}
	}
}

func (q Question) what() string {
	if q.Name == "" {
		return "list the Jobs of namespace " + q.Target
	}
	return "get Job " + q.Target + "/" + q.Name
}

// Grant returns the shell command that gives the service account the right, and
// nothing more.
func (q Question) Grant() string {
	name, one := q.roleName(), ""
	if q.Name != "" {
		one = " --resource-name=" + q.Name
	}
	return fmt.Sprintf("kubectl create role %[1]s -n %[2]s --verb=%[3]s --resource=jobs.batch%[4]s && "+
		"kubectl create rolebinding %[1]s -n %[2]s --role=%[1]s --serviceaccount=%[5]s:%[6]s",
		name, q.Target, q.Verb, one, q.Namespace, q.Account)
}

// roleName returns a name for the role and its binding that no other question
// into the namespace has. No name of Kubernetes has a colon, so the readable
// one is not ambiguous; a long one would not leave room in an event.
func (q Question) roleName() string {
	name := fmt.Sprintf("%s:%s:%s:%s", q.Namespace, q.Account, q.Verb, q.Name)
	if q.Name == "" {
		name = fmt.Sprintf("%s:%s:%s", q.Namespace, q.Account, q.Verb)
	}
	if len(name) <= 80 {
		return name
	}
	hash := sha256.Sum256([]byte(name))
	return "depctl:" + hex.EncodeToString(hash[:8])
}
