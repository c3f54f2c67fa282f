package trace

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
)

// defaultTimeout is how long one request may take, as OpenTelemetry has it.
const defaultTimeout = 10 * time.Second

// Settings say where spans go. SettingsFrom reads those of OpenTelemetry.
type Settings struct {
	// Endpoint is the URL to which spans are posted; empty if there is to be no tracing.
	Endpoint string
	// SamplesPerMillion is how many traces of a million are sent.
	SamplesPerMillion int
	// Headers go with each request.
	Headers http.Header
	// Timeout is how long one request may take.
	Timeout time.Duration
	// Gzip has requests compressed.
	Gzip bool
	// TLS is nil for what the machine trusts.
	TLS *tls.Config
	// Resource are the attributes of all spans: of the gate, and of its cluster.
	Resource []*commonpb.KeyValue
	// Cluster tells clusters apart that send to one collector.
	Cluster string
}

// SettingsFrom returns the settings by the value of --trace-endpoint, and by the environment
// variables of OpenTelemetry, which getenv reads. The flag comes first.
func SettingsFrom(endpoint, version string, getenv func(string) string) (s Settings, err error) {
	// A variable of traces alone comes before the one of all signals.
	get := func(name string) (key, value string) {
		key = "OTEL_EXPORTER_OTLP_TRACES_" + name
		if value = getenv(key); value == "" {
			key = "OTEL_EXPORTER_OTLP_" + name
			value = getenv(key)
		}
		return key, value
	}
	if s.Endpoint, err = endpointOf(endpoint, getenv); err != nil || s.Endpoint == "" {
		return s, err
	}
	if key, value := get("PROTOCOL"); value != "" && value != "http/protobuf" {
		return s, fmt.Errorf("%s must be http/protobuf, got %q: the gate speaks no other protocol of OTLP", key, value)
	}
	s.Timeout = defaultTimeout
	if key, value := get("TIMEOUT"); value != "" {
		ms, err := strconv.Atoi(value)
		if err != nil || ms <= 0 {
			return s, fmt.Errorf("%s must be a number of milliseconds, got %q", key, value)
		}
		s.Timeout = time.Duration(ms) * time.Millisecond
	}
	key, value := get("COMPRESSION")
	if s.Gzip = value == "gzip"; !s.Gzip && value != "" && value != "none" {
		return s, fmt.Errorf("%s must be gzip or none, got %q", key, value)
	}
	key, value = get("HEADERS")
	pairs, err := pairsOf(value)
	if err != nil {
		return s, fmt.Errorf("%s: %w", key, err) // without the value: it may be a secret
	}
	s.Headers = http.Header{}
	for _, p := range pairs {
		s.Headers.Add(p[0], p[1])
	}
	if s.TLS, err = tlsOf(get); err != nil {
		return s, err
	}
	return s, s.describe(version, getenv)
}

// endpointOf returns the URL to which spans are posted.
func endpointOf(flag string, getenv func(string) string) (string, error) {
	from, value, exact := "--trace-endpoint", flag, false
	if value == "" {
		if getenv("OTEL_SDK_DISABLED") == "true" || getenv("OTEL_TRACES_EXPORTER") == "none" {
			return "", nil
		}
		from, exact = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", true
		if value = getenv(from); value == "" {
			from, exact = "OTEL_EXPORTER_OTLP_ENDPOINT", false
			value = getenv(from)
		}
	}
	if value == "" {
		return "", nil
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("%s must be a URL as http://collector:4318, got %q", from, value)
	}
	if !exact {
		u = u.JoinPath("v1/traces")
	}
	return u.String(), nil
}

// pairsOf reads a list as "a=b,c=d", whose values are percent-encoded.
func pairsOf(text string) (pairs [][2]string, err error) {
	for part := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, value, found := strings.Cut(part, "=")
		value, err = url.PathUnescape(strings.TrimSpace(value))
		if key = strings.TrimSpace(key); !found || key == "" || err != nil {
			return nil, errors.New("it must be a list as key=value,key=value")
		}
		pairs = append(pairs, [2]string{key, value})
	}
	return pairs, nil
}

func tlsOf(get func(string) (key, value string)) (*tls.Config, error) {
	key, authority := get("CERTIFICATE")
	_, certificate := get("CLIENT_CERTIFICATE")
	clientKey, private := get("CLIENT_KEY")
	if authority == "" && certificate == "" && private == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		pem, err := os.ReadFile(authority)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s: there is no certificate in %s", key, authority)
		}
	}
	if certificate != "" || private != "" {
		pair, err := tls.LoadX509KeyPair(certificate, private)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", clientKey, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// describe reads what is told of the gate itself with all spans.
func (s *Settings) describe(version string, getenv func(string) string) error {
	const key = "OTEL_RESOURCE_ATTRIBUTES"
	pairs, err := pairsOf(getenv(key))
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	service := getenv("OTEL_SERVICE_NAME")
	var others []*commonpb.KeyValue
	for _, p := range pairs {
		switch p[0] {
		case "service.name":
			if service == "" {
				service = p[1]
			}
			continue
		case "k8s.cluster.uid":
			s.Cluster = p[1]
		case "k8s.cluster.name":
			if s.Cluster == "" {
				s.Cluster = p[1]
			}
		}
		others = text(others, p[0], p[1])
	}
	if service == "" {
		service = "depctl-gate"
	}
	s.Resource = append(text(text(nil, "service.name", service), "service.version", version), others...)
	return nil
}
