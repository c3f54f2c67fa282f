package sandbox

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"depctl.dev/test/sandbox/node"
)

// users are the identities known by token. The components have their own, with
// the rights that RBAC gives them: with all rights, every Job of a CronJob would
// be made by an administrator, and tests of rights would prove nothing.
var users = []struct{ name, group string }{
	{"admin", "system:masters"},
	{"system:kube-controller-manager", ""},
	{"system:kube-scheduler", ""},
	{"kwok", "system:masters"},
	{Kueue, "system:masters"},
	{JobSet, "system:masters"},
	{"system:node:" + realNodeName, "system:nodes"},
}

// credentials are the files in one directory that prove who is who.
type credentials struct {
	dir string
	// certificate is the PEM of the servers' certificate, which is its own CA.
	certificate []byte
	// tokens holds the token of each user.
	tokens map[string]string
}

func (c credentials) file(name string) string { return filepath.Join(c.dir, name) }

func (c credentials) servingCertificate() string   { return c.file("serving.crt") }
func (c credentials) servingKey() string           { return c.file("serving.key") }
func (c credentials) serviceAccountKey() string    { return c.file("service-account.key") }
func (c credentials) serviceAccountPublic() string { return c.file("service-account.pub") }
func (c credentials) tokenFile() string            { return c.file("tokens.csv") }

// newCredentials makes new keys and tokens in dir, which must exist.
func newCredentials(dir string) (credentials, error) {
	c := credentials{dir: dir, tokens: map[string]string{}}
	if err := c.makeServing(); err != nil {
		return c, fmt.Errorf("make the serving certificate: %w", err)
	}
	if err := c.makeServiceAccountKey(); err != nil {
		return c, fmt.Errorf("make the service accounts' key: %w", err)
	}
	var lines strings.Builder
	for _, user := range users {
		token := rand.Text()
		c.tokens[user.name] = token
		fmt.Fprintf(&lines, "%s,%s,%s,%q\n", token, user.name, user.name, user.group)
	}
	return c, os.WriteFile(c.tokenFile(), []byte(lines.String()), 0o600)
}

// makeServing makes the certificate that all servers of the sandbox show.
func (c *credentials) makeServing() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "depctl sandbox"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.AddDate(1, 0, 0),
		DNSNames:     []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(node.ServiceAddress), net.ParseIP(node.Address)},
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		// The API server shows it to kubelets.
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	c.certificate = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(c.servingCertificate(), c.certificate, 0o644); err != nil {
		return err
	}
	return writeKey(c.servingKey(), key)
}

func (c *credentials) makeServiceAccountKey() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeKey(c.serviceAccountKey(), key); err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "PUBLIC KEY", Bytes: public}
	return os.WriteFile(c.serviceAccountPublic(), pem.EncodeToMemory(block), 0o644)
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	block := &pem.Block{Type: "EC PRIVATE KEY", Bytes: der}
	return os.WriteFile(path, pem.EncodeToMemory(block), 0o600)
}
