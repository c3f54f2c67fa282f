package metrics

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLimitsAreToldOfWhileTheyAreThere(t *testing.T) {
	handler := Handler("v", "c", "g")
	told := func() (lines []string) {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		for line := range strings.Lines(w.Body.String()) {
			if strings.HasPrefix(line, "depctl_gate_limit_") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return lines
	}
	var gauge LimitGauge
	gauge.Tell([]Limit{{"etl", "db", 2, 1, 7}, {"etl", "gpu", 4, 0, 0}})
	require.Equal(t, []string{
		`depctl_gate_limit_tokens{limit="db",namespace="etl"} 2`, `depctl_gate_limit_tokens{limit="gpu",namespace="etl"} 4`,
		`depctl_gate_limit_used{limit="db",namespace="etl"} 1`, `depctl_gate_limit_used{limit="gpu",namespace="etl"} 0`,
		`depctl_gate_limit_waiting{limit="db",namespace="etl"} 7`, `depctl_gate_limit_waiting{limit="gpu",namespace="etl"} 0`,
	}, told())
	var many []Limit
	for i := range 3 * mostLimits {
		many = append(many, Limit{Namespace: "etl", Name: fmt.Sprint(i)})
	}
	gauge.Tell(many)
	require.Len(t, told(), 3*mostLimits)
	gauge.Tell(nil)
	require.Empty(t, told())
}
