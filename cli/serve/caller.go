package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/cli/event"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/gate"
)

// mostToken is how long a token may be.
const mostToken = 16 << 10

// caller is somebody who may do what they ask for.
type caller struct {
	name string
	// cronJob is the one that was read to find out; nil if none was.
	cronJob *unstructured.Unstructured
	// signed says that they have signed the body.
	signed bool
}

// errSignature is what is said of all that is wrong about a signature: who has none learns neither
// whether there is such a CronJob, nor whether it has a Secret. The log has why.
var errSignature = &event.Refusal{Status: http.StatusUnauthorized, Message: "the signature is not right, or nothing here can be run by one"}

// identify returns who asks, if they may.
func (s *server) identify(ctx context.Context, t event.Target, header http.Header, body []byte) (*caller, error) {
	if authorization := header.Get("Authorization"); authorization != "" {
		return s.owner(ctx, t, authorization)
	}
	signature := header.Get(event.SignatureHeader)
	switch {
	case signature == "":
		return nil, &event.Refusal{Status: http.StatusUnauthorized, Message: "who asks? Send a token of the API server (Authorization: Bearer TOKEN), or to /run a signature (" + event.SignatureHeader + ")"}
	case t.Verb != event.Run:
		return nil, &event.Refusal{Status: http.StatusUnauthorized, Message: "a signature is for /run, where the CronJob names its Secret: send a token"}
	}
	cronJob, err := s.signer(ctx, t, body, signature)
	if err != nil {
		return nil, err
	}
	return &caller{name: "signature", cronJob: cronJob, signed: true}, nil
}

// owner returns whom a token stands for, if they may do the same by themselves.
func (s *server) owner(ctx context.Context, t event.Target, authorization string) (*caller, error) {
	scheme, token, _ := strings.Cut(authorization, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > mostToken {
		return nil, &event.Refusal{Status: http.StatusUnauthorized, Message: "the header Authorization is not as in: Bearer TOKEN"}
	}
	user, err := cluster.TokenOwner(ctx, s.client, token, s.audiences)
	switch {
	case errors.Is(err, cluster.ErrUnknownToken):
		return nil, &event.Refusal{Status: http.StatusUnauthorized, Message: err.Error()}
	case err != nil:
		return nil, err
	}
	rights := cluster.RunRights(t.Namespace)
	if t.Verb == event.Done {
		rights = cluster.DoneRights(t.Namespace, t.Failed)
	}
	missing, err := cluster.MayDo(ctx, s.client, user, t.Name, rights...)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		return nil, &event.Refusal{Status: http.StatusForbidden, Message: fmt.Sprintf("%s may not %s", user.Username, missing)}
	}
	return &caller{name: user.Username}, nil
}

// signer returns the CronJob with whose Secret the body is signed.
func (s *server) signer(ctx context.Context, t event.Target, body []byte, signature string) (*unstructured.Unstructured, error) {
	cronJob, secret, err := s.secretOf(ctx, t)
	if err != nil {
		if cluster.Temporary(err) {
			return nil, err
		}
		s.log.WarnContext(ctx, "A signature cannot be checked", "target", t.Namespace+"/"+t.Name, "why", err)
		secret = nil
	}
	// Without a key it is compared all the same, and never right.
	if right := event.Signed(secret, body, signature); !right || cronJob == nil {
		if err == nil {
			s.log.WarnContext(ctx, "A signature is not right", "target", t.Namespace+"/"+t.Name)
		}
		return nil, errSignature
	}
	return cronJob, nil
}

// secretOf returns the CronJob and the key of its signatures.
func (s *server) secretOf(ctx context.Context, t event.Target) (*unstructured.Unstructured, []byte, error) {
	cronJob, err := s.jobs().FindCronJob(ctx, t.Namespace, t.Name)
	if err != nil {
		return nil, nil, err
	}
	if cronJob == nil {
		return nil, nil, errors.New("there is no such CronJob")
	}
	name := cronJob.GetAnnotations()[gate.WebhookSecretAnnotation]
	switch {
	case name == "":
		return nil, nil, fmt.Errorf("the CronJob has no annotation %s", gate.WebhookSecretAnnotation)
	case len(validation.IsDNS1123Subdomain(name)) > 0:
		return nil, nil, fmt.Errorf("annotation %s of the CronJob is %q, which cannot be the name of a Secret", gate.WebhookSecretAnnotation, name)
	}
	secret, err := cluster.SecretValue(ctx, s.client, t.Namespace, name, "secret")
	if err == nil && !event.SecretFits(secret) {
		err = fmt.Errorf("the key %q of Secret %s is too short: write 16 bytes at least, as openssl rand -hex 20 makes them", "secret", name)
	}
	return cronJob, secret, err
}
