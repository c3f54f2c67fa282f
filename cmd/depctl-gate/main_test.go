package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"
	logsapi "k8s.io/component-base/logs/api/v1"
)

func TestFlagMistakesSayWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag": {[]string{"--worker=1"}, "unknown flag: --worker"},
		"an argument":     {[]string{"run"}, `unexpected argument "run"`},
		"no workers":      {[]string{"--workers=0"}, "--workers must be at least 1, got 0"},
		"no such mode":    {[]string{"--cross-namespace=some"}, `--cross-namespace must be rbac, open or deny, got "some"`},
		"a pattern":       {[]string{"--namespaces=etl,team-*"}, `--namespaces: "team-*" is not the name of a namespace`},
		"no host":         {[]string{"--webhook-host=https://gate"}, `--webhook-host: "https://gate" is neither a DNS name nor an IP address`},
		"no lifetime":     {[]string{"--webhook-certificate-lifetime=1s"}, `--webhook-certificate-lifetime must be at least 24s, got 1s`},
		"a lease that ends too soon": {
			[]string{"--leader-elect-lease-duration=5s"},
			"--leader-elect-lease-duration must be at least 1s and longer than --leader-elect-renew-deadline, got 5s and 10s",
		},
		"a renewal that is tried once": {
			[]string{"--leader-elect-retry-period=9s"},
			"--leader-elect-renew-deadline must be longer than 1.2 times --leader-elect-retry-period, got 10s and 9s",
		},
		"limits without an election": {
			[]string{"--limits", "--leader-elect=false"},
			"--limits needs --leader-elect: two gates that lead at once would give the same tokens twice",
		},
		"a number that is starting, and no line for them": {
			[]string{"--max-starting=10"},
			"--max-starting needs --limits: the pods that are starting are counted as tokens are, and in the same line",
		},
		"ranks of pods without limits": {[]string{"--rank-pods"}, "--rank-pods needs --limits: only a gate that keeps limits ranks Jobs"},
		"less than none starting":      {[]string{"--max-starting=-1"}, "--max-starting must be 0 or more, got -1"},
		"no such lock":                 {[]string{"--leader-elect-resource-lock=configmaps"}, `--leader-elect-resource-lock must be leases, got "configmaps"`},
		"a rate below 0":               {[]string{"--report-qps=-1"}, "--report-qps must be 0 or more, got -1"},
		"profiles without a server":    {[]string{"--profiling", "--metrics-bind-address=0"}, "--profiling needs the address of --metrics-bind-address, which is 0"},
		"a namespace of no gate":       {[]string{"--namespace=a.b"}, `--namespace: "a.b" is not the name of a namespace`},
		"no namespace":                 {[]string{"--exclude-namespaces=kube-system, etl"}, `--exclude-namespaces: " etl" is not the name of a namespace`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(test.args)
			require.EqualError(t, err, test.want)
		})
	}
	_, err := parse([]string{"--help"})
	require.ErrorIs(t, err, pflag.ErrHelp)
}

func TestTheNamespaceOfTheGateIsThatOfAllItHas(t *testing.T) {
	for name, test := range map[string]struct {
		args        []string
		lease, host string
	}{
		"by default": {nil, "depctl-system", "depctl-gate-webhook.depctl-system.svc"},
		"elsewhere":  {[]string{"--namespace=jobs"}, "jobs", "depctl-gate-webhook.jobs.svc"},
		"each apart": {[]string{"--namespace=jobs", "--leader-elect-resource-namespace=leases", "--webhook-host=127.0.0.1"}, "leases", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, logsapi.ResetForTest(nil))
			o, err := parse(test.args)
			require.NoError(t, err)
			require.Equal(t, test.lease, o.election.ResourceNamespace)
			require.Equal(t, test.host, o.webhook.host)
			require.Equal(t, o.namespace, o.webhook.namespace)
		})
	}
}

func TestProbes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	listed, trusted := make(chan struct{}), make(chan struct{})
	stop := serveProbes(listener, condition{listed, "the Jobs are not listed yet"}, condition{trusted, "no certificate yet"})
	defer stop()
	get := func(path string) (int, string) {
		response, err := http.Get("http://" + listener.Addr().String() + path)
		require.NoError(t, err)
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response.StatusCode, string(body)
	}
	code, _ := get("/healthz")
	require.Equal(t, http.StatusOK, code)
	code, body := get("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, code)
	require.Equal(t, "the Jobs are not listed yet\n", body)
	close(listed)
	_, body = get("/readyz")
	require.Equal(t, "no certificate yet\n", body)
	close(trusted)
	code, _ = get("/readyz")
	require.Equal(t, http.StatusOK, code)
}

func TestMetricsAreServedAndProfilesOnlyIfAskedFor(t *testing.T) {
	for _, profiling := range []bool{false, true} {
		r := reporting{profiling: profiling}
		server := httptest.NewServer(r.handler())
		defer server.Close()
		response, err := http.Get(server.URL + "/metrics")
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		for _, sample := range []string{
			"\ndepctl_gate_released_total 0\n", `depctl_gate_waiting_jobs{state="blocked"} 0`, `depctl_gate_failed_total{reason="DependencyTimeout"} 0`,
			"depctl_gate_build_info{", "\ngo_goroutines ",
		} {
			require.Contains(t, string(body), sample)
		}
		response, err = http.Get(server.URL + "/debug/pprof/cmdline")
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		require.Equal(t, profiling, response.StatusCode == http.StatusOK)
	}
}
