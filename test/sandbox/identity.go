package sandbox

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// tokenLifetime is how long the tokens of ConfigFor are good: longer than any
// test or benchmark runs.
const tokenLifetime = 24 * time.Hour

// Kubeconfig returns the path of a kubeconfig file with all rights.
func (s *Sandbox) Kubeconfig() string { return s.file("kubeconfig") }

// Config returns a client configuration with all rights and without a rate
// limit. The caller may change it.
func (s *Sandbox) Config() *rest.Config { return s.configWith("admin") }

// Certificate returns the certificate of the API server, for a test's proxy that
// stands in its place on 127.0.0.1.
func (s *Sandbox) Certificate() (tls.Certificate, error) {
	return tls.LoadX509KeyPair(s.credentials.servingCertificate(), s.credentials.servingKey())
}

// configWith returns the configuration of one of users.
func (s *Sandbox) configWith(user string) *rest.Config {
	return &rest.Config{
		Host:            s.server,
		BearerToken:     s.credentials.tokens[user],
		TLSClientConfig: rest.TLSClientConfig{CAData: s.credentials.certificate},
		QPS:             -1, // no limit
	}
}

// ConfigFor returns a client configuration that acts as a service account, with
// a token of a day that the API server has issued for it, and no rate limit.
// The service account must exist.
func (s *Sandbox) ConfigFor(ctx context.Context, namespace, serviceAccount string) (*rest.Config, error) {
	client, err := kubernetes.NewForConfig(s.Config())
	if err != nil {
		return nil, err
	}
	seconds := int64(tokenLifetime.Seconds())
	request := &authenticationv1.TokenRequest{
		Spec: authenticationv1.TokenRequestSpec{ExpirationSeconds: &seconds},
	}
	answer, err := client.CoreV1().ServiceAccounts(namespace).
		CreateToken(ctx, serviceAccount, request, metav1.CreateOptions{})
	if err != nil {
		return nil, fmt.Errorf("get a token for service account %s/%s: %w", namespace, serviceAccount, err)
	}
	config := s.Config()
	config.BearerToken = answer.Status.Token
	return config, nil
}

// WriteKubeconfig writes a configuration as Config and ConfigFor return it to a
// kubeconfig file, readable by this user only.
func WriteKubeconfig(path string, config *rest.Config) error {
	const name = "sandbox"
	kubeconfig := clientcmdapi.NewConfig()
	kubeconfig.Clusters[name] = &clientcmdapi.Cluster{
		Server: config.Host, CertificateAuthorityData: config.CAData,
	}
	kubeconfig.AuthInfos[name] = &clientcmdapi.AuthInfo{Token: config.BearerToken}
	kubeconfig.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: name}
	kubeconfig.CurrentContext = name
	if err := clientcmd.WriteToFile(*kubeconfig, path); err != nil {
		return fmt.Errorf("write kubeconfig %s: %w", path, err)
	}
	return nil
}
