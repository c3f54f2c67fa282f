package trace

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	type env = map[string]string
	for name, c := range map[string]struct {
		flag           string
		env            env
		endpoint, fail string
	}{
		"nothing is said":        {},
		"the flag has a host":    {flag: "http://collector:4318", endpoint: "http://collector:4318/v1/traces"},
		"the flag has a path":    {flag: "https://collector/otlp/", endpoint: "https://collector/otlp/v1/traces"},
		"the flag comes first":   {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:1"}, endpoint: "http://a:1/v1/traces"},
		"all signals":            {env: env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:1"}, endpoint: "http://b:1/v1/traces"},
		"traces are said as is":  {env: env{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b:1/in", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:1"}, endpoint: "http://b:1/in"},
		"the SDK is disabled":    {env: env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:1", "OTEL_SDK_DISABLED": "true"}},
		"there is no exporter":   {env: env{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://b:1", "OTEL_TRACES_EXPORTER": "none"}},
		"the flag is no URL":     {flag: "collector:4318", fail: `--trace-endpoint must be a URL as http://collector:4318, got "collector:4318"`},
		"gRPC":                   {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, fail: `OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf, got "grpc": the gate speaks no other protocol of OTLP`},
		"a wrong time":           {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "5s"}, fail: `OTEL_EXPORTER_OTLP_TRACES_TIMEOUT must be a number of milliseconds, got "5s"`},
		"a wrong compression":    {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_COMPRESSION": "lz4"}, fail: `OTEL_EXPORTER_OTLP_COMPRESSION must be gzip or none, got "lz4"`},
		"a secret is not told":   {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_HEADERS": "secret"}, fail: "OTEL_EXPORTER_OTLP_HEADERS: it must be a list as key=value,key=value"},
		"a file is missing":      {flag: "http://a:1", env: env{"OTEL_EXPORTER_OTLP_CERTIFICATE": "/no/such"}, fail: "OTEL_EXPORTER_OTLP_CERTIFICATE: open /no/such: no such file or directory"},
		"attributes are no list": {flag: "http://a:1", env: env{"OTEL_RESOURCE_ATTRIBUTES": "x"}, fail: "OTEL_RESOURCE_ATTRIBUTES: it must be a list as key=value,key=value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := SettingsFrom(c.flag, "v1", func(key string) string { return c.env[key] })
			if c.fail != "" {
				require.EqualError(t, err, c.fail)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.endpoint, s.Endpoint)
		})
	}
}

func TestTheRestOfTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc, x-tenant=etl", "OTEL_EXPORTER_OTLP_TIMEOUT": "2500",
		"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip", "OTEL_RESOURCE_ATTRIBUTES": "k8s.cluster.name=prod,service.name=no",
		"OTEL_SERVICE_NAME": "gate",
	}
	s, err := SettingsFrom("http://a:1", "v1", func(key string) string { return env[key] })
	require.NoError(t, err)
	require.Equal(t, "Bearer abc", s.Headers.Get("Authorization"))
	require.Equal(t, "etl", s.Headers.Get("X-Tenant"))
	require.Equal(t, 2500*time.Millisecond, s.Timeout)
	require.True(t, s.Gzip)
	require.Equal(t, "prod", s.Cluster)
	said := map[string]string{}
	for _, a := range s.Resource {
		said[a.Key] = a.Value.GetStringValue()
	}
	require.Equal(t, map[string]string{"service.name": "gate", "service.version": "v1", "k8s.cluster.name": "prod"}, said)
}
