package cluster

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/utils/clock"

	"depctl.dev/gate"
	"depctl.dev/gate/lookup"
	"depctl.dev/lang"
)

// Lookups look up objects of other kinds than Jobs as the gate does: only those that are
// named, and all of a namespace only where a set is, or many are.
type Lookups struct {
	others
	client Client
	clock  clock.PassiveClock
	// of has those of each namespace.
	of map[string]*lookup.Watches
}

// Lookups returns what looks up objects of other kinds than Jobs.
func (f *Factory) Lookups(client Client) (*Lookups, error) {
	others, err := f.others()
	return &Lookups{others: others, client: client, clock: f.Clock, of: map[string]*lookup.Watches{}}, err
}

// Watch begins to look up what by waits for, and puts it on the board, with the lock of w.
func (l *Lookups) Watch(ctx context.Context, w *Watcher, by lang.Ref, refs []lang.Ref, board lookup.Board) {
	silent := logr.NewContext(ctx, logr.Discard())
	for _, ref := range refs {
		if l.of[ref.Namespace] == nil {
			l.of[ref.Namespace] = lookup.New(l.clients(w, ref.Namespace), boardOwner{w, board}, l.clock)
		}
		l.of[ref.Namespace].Want(by, []lang.Ref{ref})
	}
	for _, watches := range l.of {
		go watches.Run(silent)
	}
}

func (l *Lookups) clients(w *Watcher, namespace string) lookup.Clients {
	return lookup.Clients{
		Dynamic: l.objects, Metadata: l.names, Namespace: namespace, Resources: lookup.ResourcesOf(l.client.Discovery().RESTClient()),
		Forbidden: func(ctx context.Context, at schema.GroupResource) string {
			kind := Kind{Resource: at.WithVersion(""), singular: at.Resource}
			return (&Denied{Right{Verb: "list,watch", Kind: kind, Namespace: namespace}, userOf(ctx, l.client)}).Error()
		},
		Heard: func(request string, err error) {
			if err == nil || !isRoutine(err) {
				w.Lock()
				defer w.Unlock()
				w.heard(request, err)
			}
		},
	}
}

// userOf returns who asks, as RBAC calls them; empty if nobody says.
func userOf(ctx context.Context, client Client) string {
	review, err := client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return ""
	}
	return review.Status.UserInfo.Username
}

// Resource returns where the API server has the objects of a kind, and whether that is known.
func (l *Lookups) Resource(name string) (schema.GroupVersionResource, bool) {
	for _, watches := range l.of {
		if at, known := watches.Resource(name); known {
			return at, true
		}
	}
	return schema.GroupVersionResource{}, false
}

// Problem returns why what ref names cannot be looked up now; nil if it can.
func (l *Lookups) Problem(ref lang.Ref) *lang.Problem {
	if watches := l.of[ref.Namespace]; watches != nil {
		return watches.Problem(ref)
	}
	return gate.UnknownKind(ref.Kind)
}

// ListedAt returns since when it is known whether an object exists; zero if it is not known.
func (l *Lookups) ListedAt(ref lang.Ref) time.Time {
	if watches := l.of[ref.Namespace]; watches != nil {
		return watches.ListedAt(ref)
	}
	return time.Time{}
}

// boardOwner has a board changed with the lock of a Watcher.
type boardOwner struct {
	*Watcher
	board lookup.Board
}

// Apply calls do with the board.
func (o boardOwner) Apply(do func(lookup.Board)) {
	o.Lock()
	defer o.Unlock()
	do(o.board)
}
