package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/lang"
)

// Right is what one request needs: a verb on a kind, or on a subresource of it, in
// a namespace, or in all if that is empty.
type Right struct {
	// Verb may be several, with commas.
	Verb        string
	Kind        Kind
	Subresource string
	Namespace   string
}

// resource returns what RBAC calls it: jobs.batch/status.
func (r Right) resource() string {
	text := r.Kind.Resource.GroupResource().String()
	if r.Subresource != "" {
		text += "/" + r.Subresource
	}
	return text
}

func (r Right) String() string {
	where := " in all namespaces"
	if r.Namespace != "" {
		where = " in namespace " + r.Namespace
	}
	return strings.ReplaceAll(r.Verb, ",", " and ") + " " + r.resource() + where
}

// grant returns the shell command that gives somebody the right, and nothing more.
func (r Right) grant(user string) string {
	role, binding, where := "role", "rolebinding", " -n "+r.Namespace
	if r.Namespace == "" {
		role, binding, where = "clusterrole", "clusterrolebinding", ""
	}
	subject, called := "--user="+quoted(user), user
	if account, ok := strings.CutPrefix(user, "system:serviceaccount:"); ok {
		subject, called = "--serviceaccount="+account, account
	}
	name := fmt.Sprintf("%s:%s:%s", called, strings.ReplaceAll(r.Verb, ",", "-"), strings.ReplaceAll(r.resource(), "/", ":"))
	if !plainName.MatchString(name) {
		hash := sha256.Sum256([]byte(name))
		name = "depctl:" + hex.EncodeToString(hash[:8])
	}
	return fmt.Sprintf("kubectl create %[1]s %[3]s%[4]s --verb=%[5]s --resource=%[6]s && kubectl create %[2]s %[3]s%[4]s --%[1]s=%[3]s %[7]s",
		role, binding, name, where, r.Verb, r.resource(), subject)
}

// plainName matches what the shell, and a name of a role, take as it is.
var plainName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9:._-]{0,79}$`)

// quoted returns a word as a shell reads it.
func quoted(word string) string {
	if regexp.MustCompile(`^[A-Za-z0-9@:._/-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Denied is something that the user may not do, and what would let them.
type Denied struct {
	Right
	user string
}

func (d *Denied) Error() string {
	if d.user == "" {
		return "you may not " + d.Right.String()
	}
	if d.Namespace == "" && (d.Kind == JobKind || d.Kind == podKind) {
		return fmt.Sprintf("you may not %s; try one namespace, with -n, or allow it:\n  %s", d.Right, d.grant(d.user))
	}
	return fmt.Sprintf("you may not %s; to allow it:\n  %s", d.Right, d.grant(d.user))
}

// Unreachable is an error of a request that nobody answered.
type Unreachable struct{ error }

func (u *Unreachable) Unwrap() error { return u.error }

// Explain makes an answer of the API server an error that says what was done, and
// what is missing. Admission refuses with the same code as RBAC does, and no role
// helps against that.
func (c *JobClient) Explain(ctx context.Context, err error, needs Right, ref lang.Ref) error {
	what := needs.String()
	if ref.Name != "" {
		what = needs.Verb + " " + needs.Kind.singular + " " + ref.Namespace + "/" + ref.Name
	}
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), " cannot "+needs.Verb+" resource "):
		return &Denied{needs, c.User(ctx)}
	case apierrors.IsNotFound(err) && ref.Name != "":
		return c.notFound(ctx, ref, needs.Kind)
	case apierrors.ReasonForError(err) == "":
		return &Unreachable{fmt.Errorf("%s: %w; is the cluster reachable, and is it the right --context?", what, err)}
	}
	return fmt.Errorf("%s: %w", what, err)
}
