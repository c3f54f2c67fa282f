package monitoring

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const dir = "../../deploy/monitoring"

func TestNamesOfMetricsAreFoundInAQuery(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]string{
		`up`:                                 {"up"},
		`absent(up{job="depctl-gate"} == 1)`: {"up"},
		`sum by (state) (a_b{x="y", z=~"c|d"}) > 5 and on (le) rate(c_total[5m]) * 2`:         {"a_b", "c_total"},
		`histogram_quantile(0.99, sum by (le) (rate(l_seconds_bucket{job="$job"}[10m])))`:     {"l_seconds_bucket"},
		`sum(increase(a[15m])) > sum(increase(b[15m])) + sum (increase(a[15m])) or vector(0)`: {"a", "b"},
	} {
		require.Equal(t, want, Names(query), query)
	}
}

// The table of the manual has every metric of the gate that an alert or the
// dashboard uses. That a gate has them too is tested on a real one.
func TestTheManualExplainsWhatIsUsed(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/reference/metrics.md")
	require.NoError(t, err)
	used, err := Metrics(dir)
	require.NoError(t, err)
	require.Contains(t, used, "depctl_gate_waiting_jobs")
	delete(used, "up") // Prometheus's own
	for name, where := range used {
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			name = strings.TrimSuffix(name, suffix)
		}
		require.True(t, strings.Contains(string(manual), "`"+name), "%s is used by %s, and docs/reference/metrics.md does not explain it", name, where)
	}
}

func TestEveryAlertIsExplained(t *testing.T) {
	t.Parallel()
	manual, err := os.ReadFile("../../docs/guide/monitoring.md")
	require.NoError(t, err)
	queries, err := Queries(dir)
	require.NoError(t, err)
	alerts := 0
	for _, query := range queries {
		if _, alert, ok := strings.Cut(query.Where, "rules.yaml: "); ok {
			alerts++
			require.True(t, strings.Contains(string(manual), "`"+alert+"`"), "docs/guide/monitoring.md does not explain %s", alert)
		}
	}
	require.Greater(t, alerts, 5)
}
