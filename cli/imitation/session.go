package imitation

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/utils/clock"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/internal/cluster"
)

// Session is a command of a batch system that was called.
type Session struct {
	genericiooptions.IOStreams
	System *System
	// Host is the machine and the user.
	Host request.Host
	// LookupEnv tells about the environment.
	LookupEnv func(name string) (string, bool)
	Environ   []string
	Clock     clock.Clock

	factory *cluster.Factory
	queue   *cluster.Queue
	site    *batch.Site
	read    bool
	known   map[int64]*request.Numbered
}

// NewSession returns a session of a command that this process was called as.
func NewSession(f *cluster.Factory, s *System, streams genericiooptions.IOStreams) *Session {
	*f.Flags.Namespace = cmp.Or(*f.Flags.Namespace, os.Getenv(NamespaceVariable))
	*f.Flags.Context = cmp.Or(*f.Flags.Context, os.Getenv(ContextVariable))
	return &Session{
		IOStreams: streams, System: s, LookupEnv: os.LookupEnv, Environ: slices.Sorted(slices.Values(os.Environ())), Clock: clock.RealClock{},
		factory: f, Host: cluster.ThisHost(), known: map[int64]*request.Numbered{},
	}
}

// Env returns a variable of the environment, "" if it is not set.
func (s *Session) Env(name string) string {
	value, _ := s.LookupEnv(name)
	return value
}

// Now returns the time, in the zone of the user.
func (s *Session) Now() time.Time { return s.Clock.Now() }

// Print writes to standard output. Nobody is left to tell where that fails.
func (s *Session) Print(format string, args ...any) { fmt.Fprintf(s.Out, format, args...) }

// Complain writes to standard error.
func (s *Session) Complain(format string, args ...any) { fmt.Fprintf(s.ErrOut, format, args...) }

// Site returns the defaults of the site, nil if there are none.
func (s *Session) Site() (*batch.Site, error) {
	if s.read {
		return s.site, nil
	}
	site, err := batch.FindSite("", s.LookupEnv, os.ReadFile)
	if err != nil {
		return nil, err
	}
	s.site, s.read = site, true
	return site, nil
}

// Queue returns the Jobs of the namespace.
func (s *Session) Queue() (*cluster.Queue, error) {
	if s.queue == nil {
		queue, err := s.factory.Queue()
		if err != nil {
			return nil, err
		}
		s.queue = queue
	}
	return s.queue, nil
}

// ByID finds what a number stands for: a Job, or an element where each has a number of
// its own. It asks once for each number.
func (s *Session) ByID(ctx context.Context) request.ByID {
	return func(id int64) (*request.Numbered, error) {
		if found, asked := s.known[id]; asked {
			return found, nil
		}
		queue, err := s.Queue()
		if err != nil {
			return nil, err
		}
		found, err := queue.Find(ctx, id)
		if err == nil {
			s.known[id] = found
		}
		return found, err
	}
}
