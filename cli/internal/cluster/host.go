package cluster

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/user"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"depctl.dev/cli/batch/request"
)

// UserVariable has the name of who submits, where that is not the user of the machine.
const UserVariable = "DEPCTL_USER"

// ThisHost returns this machine, its user and the present directory, as far as they can
// be known.
func ThisHost() request.Host {
	h := request.Host{UID: int64(os.Getuid()), GID: int64(os.Getgid())}
	h.Name, _ = os.Hostname()
	h.Directory, _ = os.Getwd()
	if is, err := user.Current(); err == nil {
		h.User = is.Username
	}
	h.User = cmp.Or(os.Getenv(UserVariable), h.User, os.Getenv("USER"), strconv.Itoa(os.Getuid()))
	return h
}

// errSilent is returned where there is nobody to ask.
var errSilent = errors.New("the API server does not answer")

// ByID finds the Job that a number stands for.
func (s *Submitter) ByID(ctx context.Context) request.ByID {
	return func(id int64) (*request.Numbered, error) {
		ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
		defer cancel()
		found, err := numbered(id, func(selector string) ([]batchv1.Job, error) {
			return jobsOfNamespace(ctx, s.All, s.Namespace, selector)
		})
		if err != nil && apierrors.ReasonForError(err) == "" {
			return nil, errSilent // a client dry run needs no cluster
		}
		return found, err
	}
}

// Find returns the Job that a number stands for, or the element of one, nil if none has
// it.
func (q *Queue) Find(ctx context.Context, id int64) (*request.Numbered, error) {
	return numbered(id, func(selector string) ([]batchv1.Job, error) { return q.Jobs(ctx, selector) })
}

// numbered finds a number: that of a Job, or else that of an element, of an array that
// has a smaller one.
func numbered(id int64, list func(selector string) ([]batchv1.Job, error)) (*request.Numbered, error) {
	for _, selector := range []string{request.IDLabel + "=" + strconv.FormatInt(id, 10), request.IDLabel} {
		jobs, err := list(selector)
		if err != nil {
			return nil, err
		}
		for i := range jobs {
			first := request.IDOf(&jobs[i])
			switch index, ok := request.IndexOf(first, id, request.SizeOf(&jobs[i])); {
			case first == id:
				return &request.Numbered{Name: jobs[i].Name, Index: -1}, nil
			case ok && first > 0:
				return &request.Numbered{Name: jobs[i].Name, Index: index}, nil
			}
		}
	}
	return nil, nil
}
