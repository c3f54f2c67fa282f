package cli

import (
	"fmt"
	"io"
	"os"

	utilrand "k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/client-go/kubernetes"
	authorizationv1client "k8s.io/client-go/kubernetes/typed/authorization/v1"
	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/metadata"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubeconfigs may name any way to log in
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"

	"depctl.dev/cli/internal/command"
)

// factory has what commands need from outside. Its methods read a kubeconfig
// only when called: drawing files needs none.
type factory struct {
	flags *genericclioptions.ConfigFlags
	build command.Build
	clock clock.PassiveClock
	// terminal says what the place that is written to can show.
	terminal func(io.Writer) command.Terminal
	// suffix returns letters for a name that nothing has yet.
	suffix func() string
	// newClient makes a client for everything.
	newClient func(*rest.Config) (clientset, error)
	// interactive reports whether a person can be asked there.
	interactive func(io.Reader) bool
}

func newFactory(build command.Build) *factory {
	flags := genericclioptions.NewConfigFlags(true)
	flags.CacheDir = nil // it caches discovery, which is never asked for
	return &factory{
		flags:    flags,
		build:    build,
		clock:    clock.RealClock{},
		terminal: func(out io.Writer) command.Terminal { return command.DetectTerminal(out, os.LookupEnv) },

		suffix:      func() string { return utilrand.String(5) },
		newClient:   func(config *rest.Config) (clientset, error) { return kubernetes.NewForConfig(config) },
		interactive: command.IsTerminal,
	}
}

// givenNamespace returns the value of --namespace, empty if it was not given.
func (f *factory) givenNamespace() string { return *f.flags.Namespace }

// namespace returns the namespace to look at: that of --namespace, else that
// of the kubeconfig's context, else "default".
func (f *factory) namespace() (string, error) {
	namespace, _, err := f.flags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		return "", fmt.Errorf("reading the kubeconfig: %w", err)
	}
	return namespace, nil
}

// jobs returns a client for Jobs.
func (f *factory) jobs() (batchv1client.JobsGetter, error) {
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

// clientset is a client for everything. The name keeps client-go in few files.
type clientset = kubernetes.Interface

// cluster returns a client for everything.
func (f *factory) cluster() (clientset, error) {
	config, err := f.config()
	if err != nil {
		return nil, err
	}
	client, err := f.newClient(config)
	if err != nil {
		return nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return client, nil
}

// reader returns what reads the Jobs of a namespace, or of all if it is empty.
func (f *factory) reader(namespace string) (*cluster, error) {
	client, err := f.cluster()
	if err != nil {
		return nil, err
	}
	return clusterOf(client, namespace), nil
}

// clusterOf returns what reads the Jobs of a namespace, or of all if it is empty.
func clusterOf(client clientset, namespace string) *cluster {
	c := readerOf(client.BatchV1(), namespace)
	c.reviews = client.AuthorizationV1().SubjectAccessReviews()
	return c
}

// readerOf returns what reads the Jobs of a namespace, or of all if it is empty, and
// asks nobody what service accounts may see.
func readerOf(client batchv1client.JobsGetter, namespace string) *cluster {
	return &cluster{client: client, namespace: namespace}
}

// reviewer returns what asks what service accounts may do.
func (f *factory) reviewer() (reviewer, error) {
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

// jobReader returns what reads the Jobs of all namespaces and asks nobody what
// service accounts may see.
func (f *factory) jobReader() (*cluster, error) {
	client, err := f.jobs()
	if err != nil {
		return nil, err
	}
	return readerOf(client, ""), nil
}

// writer returns what writes to the cluster, and the cluster's address.
func (f *factory) writer() (*clusterWriter, string, error) {
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
	return &clusterWriter{objects: objects, jobs: jobs}, config.Host, nil
}

// clients returns clients for Jobs, and for what else a submitted Job has.
func (f *factory) clients() (batchv1client.JobsGetter, corev1client.CoreV1Interface, error) {
	jobs, err := f.jobs()
	if err != nil {
		return nil, nil, err
	}
	config, err := f.config()
	if err != nil {
		return nil, nil, err
	}
	core, err := corev1client.NewForConfig(config)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the cluster at %s: %w", config.Host, err)
	}
	return jobs, core, nil
}

func (f *factory) config() (*rest.Config, error) {
	config, err := f.flags.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	config.UserAgent = "depctl/" + f.build.Version
	// Protobuf is several times smaller and faster than JSON.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.QPS, config.Burst = 50, 100
	return config, nil
}
