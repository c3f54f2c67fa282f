package cluster

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/gate"
	"depctl.dev/lang"
)

// LiveWorld keeps a world as a cluster changes, by a Watcher.
type LiveWorld struct {
	reading *Reading
	watcher *Watcher
	// Changed has something in it when the world is another one than before, or there is
	// something else to say of it.
	Changed chan struct{}
	streams map[Stream]bool
	// outage is what was heard of the API server since the last look, and still holds;
	// unwatched is why Jobs stay as they were found.
	outage    []string
	unwatched map[Stream]string
}

// Follow reads the Jobs of the namespace, and then every change.
func (c *Reader) Follow(ctx context.Context, now time.Time) (*LiveWorld, error) {
	f := &LiveWorld{reading: c.Reading(now), Changed: make(chan struct{}, 1), streams: map[Stream]bool{}, unwatched: map[Stream]string{}}
	if err := f.reading.List(ctx, c.Namespace); err != nil {
		return nil, NotListed(c.Namespace, err)
	}
	f.watcher = &Watcher{
		Client: c.client, Reached: true, Replaced: f.replace, Forbidden: f.forbid,
		Set:     func(job *batchv1.Job) { f.set(job) },
		Removed: func(job *batchv1.Job) { f.remove(gate.Observe(job)) },
		Outage:  func(text string) { f.outage = append(f.outage, text); f.tell() },
	}
	f.watch(ctx, Stream{Namespace: c.Namespace})
	return f, nil
}

// Ended has the error with which the world cannot go on.
func (f *LiveWorld) Ended() <-chan error { return f.watcher.Ended() }

// View calls look with the world as it is now, and what is to be said of it. It stays so
// until look returns.
func (f *LiveWorld) View(ctx context.Context, now time.Time, look func(*snapshot.World, []string) error) error {
	f.watcher.Lock()
	defer f.watcher.Unlock()
	w := f.reading.World
	w.Now = now
	notes, err := f.reading.complete(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if f.watcher.heard(f, err); err != nil {
		w.Settle()
		time.AfterFunc(time.Second, f.tell)
	}
	f.upstream(ctx)
	for _, s := range slices.SortedFunc(maps.Keys(f.unwatched), func(a, b Stream) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	}) {
		notes = append(notes, f.unwatched[s])
	}
	notes = append(notes, f.outage...)
	if len(f.watcher.away) == 0 {
		f.outage = nil // it answers, which is said once
	} else {
		f.outage = f.outage[len(f.outage)-1:]
	}
	return look(w, notes)
}

// upstream watches what was read in other namespaces: all of one, or what of it may be
// read.
func (f *LiveWorld) upstream(ctx context.Context) {
	for ref := range f.reading.looked {
		switch forbidden, tried := f.reading.Listed[ref.Namespace]; {
		case tried && forbidden == nil:
			f.watch(ctx, Stream{Namespace: ref.Namespace})
		case tried && f.reading.World.Unread[ref] == "" && ref.Run == "":
			f.watch(ctx, Stream{Namespace: ref.Namespace, Name: ref.Name})
		}
	}
}

func (f *LiveWorld) watch(ctx context.Context, s Stream) {
	if !f.streams[s] {
		f.streams[s] = true
		f.watcher.Watch(ctx, s)
	}
}

// forbid takes in that Jobs may not be watched, though they could be read.
func (f *LiveWorld) forbid(s Stream, err error) error {
	if s.Namespace == f.reading.Namespace {
		return fmt.Errorf("watching Jobs: %w", err)
	}
	f.unwatched[s] = fmt.Sprintf("The Jobs of namespace %s stay as found, for you may not watch them: %v", s.Namespace, err)
	if s.Name != "" {
		f.unwatched[s] = fmt.Sprintf("Job %s/%s stays as found, for you may not watch it: %v", s.Namespace, s.Name, err)
	}
	f.tell()
	return nil
}

// replace takes in all Jobs of a stream: of what was deleted since it was listed, no
// event tells.
func (f *LiveWorld) replace(s Stream, jobs []*batchv1.Job) {
	delete(f.unwatched, s)
	there := map[lang.Ref]bool{}
	for _, job := range jobs {
		there[f.set(job)] = true
	}
	for _, job := range f.reading.World.Jobs {
		if s.Has(job.Namespace, job.Name) && !there[job.Identity()] {
			f.remove(job)
		}
	}
}

// set takes in a Job, and returns it by its own name.
func (f *LiveWorld) set(job *batchv1.Job) lang.Ref {
	observed := gate.Observe(job)
	known, exists := f.reading.World.Jobs[f.reading.World.RefOf(observed.Identity())]
	if !exists || known.UID != job.UID || known.ResourceVersion != job.ResourceVersion {
		f.reading.World.Add(observed)
		f.reading.World.Note(job)
		if f.reading.Noted != nil {
			f.reading.Noted(job)
		}
		f.tell()
	}
	return observed.Identity()
}

// remove takes in that a Job is gone, unless another has taken its place.
func (f *LiveWorld) remove(job gate.Job) {
	if f.reading.World.Jobs[f.reading.World.RefOf(job.Identity())].UID == job.UID {
		f.reading.World.Remove(job.Identity())
		f.tell()
	}
}

func (f *LiveWorld) tell() {
	select {
	case f.Changed <- struct{}{}:
	default:
	}
}

// MayStill asks the API server whether the user may still read all that is watched. A watch that has begun goes on
// for minutes after that has changed. An error says what may not be read any more; while the API server does not
// answer, nothing is known to have changed.
func (f *LiveWorld) MayStill(ctx context.Context, client Client) error {
	f.watcher.Lock()
	var watched []Stream
	for s := range f.streams {
		if f.unwatched[s] == "" {
			watched = append(watched, s)
		}
	}
	f.watcher.Unlock()
	for _, s := range watched {
		switch allowed, err := mayRead(ctx, client, s); {
		case apierrors.IsUnauthorized(err):
			return err
		case err == nil && !allowed:
			return fmt.Errorf("you may not watch the Jobs%s any more", command.In(s.Namespace))
		}
	}
	return nil
}

func mayRead(ctx context.Context, client Client, s Stream) (bool, error) {
	review, err := client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
		Spec: authorizationv1.SelfSubjectAccessReviewSpec{ResourceAttributes: &authorizationv1.ResourceAttributes{
			Group: "batch", Resource: "jobs", Verb: "watch", Namespace: s.Namespace, Name: s.Name,
		}},
	}, metav1.CreateOptions{})
	if err != nil {
		return false, fmt.Errorf("asking the API server what you may watch: %w", err)
	}
	return review.Status.Allowed, nil
}
