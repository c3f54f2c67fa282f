package cluster

import (
	"context"
	"fmt"
	"io"
	"os"

	utilrand "k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	authorizationv1client "k8s.io/client-go/kubernetes/typed/authorization/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	rbacv1client "k8s.io/client-go/kubernetes/typed/rbac/v1"
	"k8s.io/client-go/metadata"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubeconfigs may name any way to log in
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/command"
	"depctl.dev/gate/excerpt"
)

// Factory has what commands need from outside. Its methods read a kubeconfig
// only when called: drawing files needs none.
type Factory struct {
	Flags *genericclioptions.ConfigFlags
	Build command.Build
	Clock clock.PassiveClock
	// Terminal says what the place that is written to can show.
	Terminal func(io.Writer) command.Terminal
	// Suffix returns letters for a name that nothing has yet.
	Suffix func() string
	// NewClient makes a client for everything, NewObjects one for objects of any kind, and
	// NewNames one for what each of them has.
	NewClient  func(*rest.Config) (Client, error)
	NewObjects func(*rest.Config) (dynamic.Interface, error)
	NewNames   func(*rest.Config) (metadata.Interface, error)
	// Interactive reports whether a person can be asked there.
	Interactive func(io.Reader) bool
	// Again runs another command with a factory, on the same cluster; nil where none can be run.
	Again func(ctx context.Context, f *Factory, args []string, out, errOut io.Writer) int
	// token stands for the user in place of what the kubeconfig says, unless it is empty.
	token string
}

// Depctl runs a command of depctl, without its name, as the same user on the same cluster. What
// it prints goes to out, and what it says beside it to errOut, for a terminal that is on. It
// returns the exit code.
type Depctl func(ctx context.Context, args []string, out, errOut io.Writer, on command.Terminal) int

// Depctl runs a command of depctl; see the type.
func (f *Factory) Depctl(ctx context.Context, args []string, out, errOut io.Writer, on command.Terminal) int {
	return f.Again(ctx, f.Inside(on), args, out, errOut)
}

// HasScreen reports whether there is a terminal that can be drawn over, and somebody in front of it.
func (f *Factory) HasScreen(t command.Terminal, in io.Reader) bool {
	return t.Interactive && !t.Dumb && t.Width > 0 && f.Again != nil && f.Interactive(in)
}

// Progress returns what says on standard error how far a command is, if that is a terminal.
func (f *Factory) Progress(streams genericiooptions.IOStreams) *command.Progress {
	return command.NewProgress(streams, f.Terminal(streams.ErrOut))
}

// newFlags returns the options of a connection, none of them set.
func newFlags() *genericclioptions.ConfigFlags {
	flags := genericclioptions.NewConfigFlags(true)
	flags.CacheDir = nil // it caches discovery, which is never asked for
	return flags
}

// Inside returns the factory of a command that runs inside another one: nobody can be asked, and what it prints
// is for a terminal that is on.
func (f *Factory) Inside(on command.Terminal) *Factory {
	inside := *f
	inside.Flags = newFlags()
	inside.Terminal = func(io.Writer) command.Terminal { return on }
	inside.Interactive = func(io.Reader) bool { return false }
	return &inside
}

// WithToken returns the factory of somebody whom a token of the API server stands for, on the same cluster. Nothing
// of the identity that the factory has itself is left in it.
func (f *Factory) WithToken(token string) *Factory {
	theirs := *f
	theirs.token = token
	return &theirs
}

// NewFactory returns the factory of a program of this build.
func NewFactory(build command.Build) *Factory {
	return &Factory{
		Flags:    newFlags(),
		Build:    build,
		Clock:    clock.RealClock{},
		Terminal: func(out io.Writer) command.Terminal { return command.DetectTerminal(out, os.LookupEnv) },

		Suffix:      func() string { return utilrand.String(5) },
		NewClient:   func(config *rest.Config) (Client, error) { return kubernetes.NewForConfig(config) },
		NewObjects:  func(config *rest.Config) (dynamic.Interface, error) { return dynamic.NewForConfig(config) },
		NewNames:    func(config *rest.Config) (metadata.Interface, error) { return metadata.NewForConfig(config) },
		Interactive: command.IsTerminal,
	}
}

// Connection returns those options that say which cluster is meant, and by whom, as far as they were given and
// are no secrets.
func (f *Factory) Connection() (options []string) {
	for _, one := range []struct {
		name  string
		value *string
	}{
		{"kubeconfig", f.Flags.KubeConfig},
		{"context", f.Flags.Context},
		{"cluster", f.Flags.ClusterName},
		{"user", f.Flags.AuthInfoName},
		{"server", f.Flags.APIServer},
		{"as", f.Flags.Impersonate},
	} {
		if one.value != nil && *one.value != "" {
			options = append(options, "--"+one.name+"="+*one.value)
		}
	}
	return options
}

// GivenNamespace returns the value of --namespace, empty if it was not given.
func (f *Factory) GivenNamespace() string { return *f.Flags.Namespace }

// Namespace returns the namespace to look at: that of --namespace, else that
// of the kubeconfig's context, else "default".
func (f *Factory) Namespace() (string, error) {
	namespace, _, err := f.Flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", fmt.Errorf("reading the kubeconfig: %w", err)
	}
	return namespace, nil
}

// jobs returns a client for Jobs.
func (f *Factory) jobs() (batchv1client.JobsGetter, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	client, err := batchv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return client, nil
}

// Client is a client for everything. The name keeps client-go in this package.
type Client = kubernetes.Interface

// Client returns a client for everything.
func (f *Factory) Client() (Client, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	client, err := f.NewClient(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return client, nil
}

// Reader returns what reads the Jobs of a namespace, or of all if it is empty.
func (f *Factory) Reader(namespace string) (*Reader, error) {
	client, err := f.Client()
	if err != nil {
		return nil, err
	}
	reader := NewReader(client, namespace)
	if _, real := client.(*kubernetes.Clientset); real {
		// Of each Job a decision needs little, and reading all of ten thousand takes most of a command's time.
		config, err := f.config()
		if err != nil {
			return nil, err
		}
		less, err := excerpt.NewForConfig(config)
		if err != nil {
			return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
		}
		reader.client = less.BatchV1()
	}
	reader.others, err = f.others()
	if err != nil {
		return nil, err
	}
	return reader, nil
}

// NewReader returns what reads the Jobs of a namespace, or of all if it is empty.
func NewReader(client Client, namespace string) *Reader {
	c := NewJobReader(JobsOf(client), namespace)
	c.cronJobs, c.pods = client.BatchV1(), client
	c.reviews = client.AuthorizationV1().SubjectAccessReviews()
	return c
}

// JobsOf returns a client for the Jobs of one for everything. It keeps what that says of
// itself: a fake one cannot list by a watch.
func JobsOf(client Client) batchv1client.JobsGetter {
	if fake, ok := client.(listless); ok {
		return jobsOf{client.BatchV1(), fake}
	}
	return client.BatchV1()
}

type listless interface{ IsWatchListSemanticsUnSupported() bool }

type jobsOf struct {
	batchv1client.JobsGetter
	listless
}

// NewJobReader returns what reads the Jobs of a namespace, or of all if it is empty, and
// asks nobody what service accounts may see.
func NewJobReader(client batchv1client.JobsGetter, namespace string) *Reader {
	return &Reader{client: client, Namespace: namespace}
}

// Reviewer returns what asks what service accounts may do.
func (f *Factory) Reviewer() (Reviewer, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	rights, err := authorizationv1client.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return rights.SubjectAccessReviews(), nil
}

// JobReader returns what reads the Jobs of all namespaces and asks nobody what
// service accounts may see.
func (f *Factory) JobReader() (*Reader, error) {
	client, err := f.jobs()
	if err != nil {
		return nil, err
	}
	return NewJobReader(client, ""), nil
}

// Writer returns what writes to the cluster, and the cluster's address.
func (f *Factory) Writer() (*Writer, string, error) {
	config, err := f.config()
	if err != nil {
		return nil, "", err
	}
	jobs, err := f.jobs()
	if err != nil {
		return nil, "", err
	}
	objects, err := metadata.NewForConfig(config)
	if err != nil {
		return nil, "", fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	bindings, err := rbacv1client.NewForConfig(config)
	if err != nil {
		return nil, "", fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return &Writer{objects: objects, bindings: bindings, jobs: jobs}, config.Host, nil
}
