package cluster

import (
	"cmp"
	"fmt"
	"net/url"

	batchv1client "k8s.io/client-go/kubernetes/typed/batch/v1"
	corev1client "k8s.io/client-go/kubernetes/typed/core/v1"
	_ "k8s.io/client-go/plugin/pkg/client/auth" // kubeconfigs may name any way to log in
	"k8s.io/client-go/rest"
)

// ClusterName returns how a person calls the cluster: by the context, or else by its address.
func (f *Factory) ClusterName() (string, error) {
	if *f.Flags.APIServer == "" && *f.Flags.ClusterName == "" {
		raw, err := f.Flags.ToRawKubeConfigLoader().RawConfig()
		if err != nil {
			return "", fmt.Errorf("reading the kubeconfig: %w", err)
		}
		if name := cmp.Or(*f.Flags.Context, raw.CurrentContext); name != "" {
			return name, nil
		}
	}
	config, err := f.config()
	if err != nil {
		return "", err
	}
	if address, err := url.Parse(config.Host); err == nil && address.Host != "" {
		return address.Host, nil
	}
	return config.Host, nil
}

// Clients returns clients for Jobs, and for what else a submitted Job has.
func (f *Factory) Clients() (batchv1client.JobsGetter, corev1client.CoreV1Interface, error) {
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

func (f *Factory) config() (*rest.Config, error) {
	config, err := f.Flags.ToRESTConfig()
	if err != nil {
		return nil, fmt.Errorf("reading the kubeconfig: %w", err)
	}
	if f.token != "" {
		config = rest.AnonymousClientConfig(config)
		config.BearerToken = f.token
	}
	config.UserAgent = "depctl/" + f.Build.Version
	// Protobuf is several times smaller and faster than JSON.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
	config.QPS, config.Burst = 50, 300 // as kubectl
	return config, nil
}
