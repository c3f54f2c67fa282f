package admission

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"time"

	"k8s.io/client-go/util/cert"
	"k8s.io/client-go/util/keyutil"
)

const (
	// skew is how much a certificate is dated back, for API servers whose
	// clocks are behind.
	skew = time.Hour
	// longestSettling bounds how long a certificate is trusted before it is
	// served: API servers go by what they watch, not by what is stored.
	longestSettling = 5 * time.Minute
)

// certificate is one that the webhook may serve. It is its own CA.
type certificate struct {
	// crt and key are PEM.
	crt, key []byte
	pair     tls.Certificate
}

// newCertificate makes a certificate for a DNS name or an IP address.
func newCertificate(host string, now time.Time, lifetime time.Duration) (*certificate, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "depctl-gate webhook"},
		NotBefore:    now.Add(-skew),
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	crt, err := cert.EncodeCertificates(parsed)
	if err != nil {
		return nil, err
	}
	key, err := keyutil.MarshalPrivateKeyToPEM(private)
	if err != nil {
		return nil, err
	}
	return parseCertificate(crt, key)
}

func parseCertificate(crt, key []byte) (*certificate, error) {
	pair, err := tls.X509KeyPair(crt, key)
	if err != nil {
		return nil, fmt.Errorf("reading the certificate: %w", err)
	}
	return &certificate{crt: crt, key: key, pair: pair}, nil
}

func (c *certificate) made() time.Time { return c.pair.Leaf.NotBefore.Add(skew) }

func (c *certificate) expires() time.Time { return c.pair.Leaf.NotAfter }

// after returns when this part of the lifetime is over.
func (c *certificate) after(part, of time.Duration) time.Time {
	return c.made().Add(c.expires().Sub(c.made()) * part / of)
}

// renewal returns when another one must be made.
func (c *certificate) renewal() time.Time { return c.after(2, 3) }

// settled returns from when on it may take the place of an older one.
func (c *certificate) settled() time.Time {
	settled, latest := c.after(1, 12), c.made().Add(longestSettling)
	if latest.Before(settled) {
		return latest
	}
	return settled
}

// serves reports whether it is good for this host now.
func (c *certificate) serves(host string, now time.Time) bool {
	return c.pair.Leaf.VerifyHostname(host) == nil && now.Before(c.expires())
}

// choose returns the certificate to serve: of those that are trusted, the newest
// that has settled; if none has, the one that is served now, and if there is
// none, the oldest. all are in the order in which they were made.
func choose(all []*certificate, current *certificate, host string, now time.Time) *certificate {
	var oldest, settled *certificate
	for _, c := range all {
		if !c.serves(host, now) {
			continue
		}
		if oldest == nil {
			oldest = c
		}
		if !now.Before(c.settled()) {
			settled = c
		}
	}
	switch {
	case settled != nil:
		return settled
	case current != nil && current.serves(host, now):
		return current
	default:
		return oldest
	}
}
