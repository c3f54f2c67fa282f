package checkup

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHowItStandsWithTheScheduler(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	runs := Scheduler{Installed: true, Renewed: now.Add(-time.Second), Lease: 15 * time.Second}
	for name, test := range map[string]struct {
		facts Facts
		level Level
		want  string
	}{
		"nobody speaks of one":                {Facts{Minor: 37}, "", ""},
		"it runs":                             {Facts{Minor: 37, Scheduler: runs, Deployment: true, RanksPods: true}, OK, "depctl-scheduler runs"},
		"it runs elsewhere":                   {Facts{Minor: 37, Scheduler: Scheduler{Renewed: now, Lease: time.Second}}, OK, "depctl-scheduler runs"},
		"the gate writes no ranks":            {Facts{Minor: 37, Scheduler: runs, Deployment: true}, Warning, "orders them as kube-scheduler does"},
		"it is newer than the server":         {Facts{Minor: 36, Server: "v1.36.3", Scheduler: runs}, Failure, "may not be newer than its API server, which is v1.36.3"},
		"its lease has run out":               {Facts{Minor: 37, Scheduler: Scheduler{Installed: true, Renewed: now.Add(-time.Minute), Lease: 15 * time.Second}}, Warning, "none leads"},
		"pods wait for one":                   {Facts{Minor: 37, Scheduler: Scheduler{Pods: 3}}, Failure, "no depctl-scheduler runs, and Pods wait for it (schedulerName: depctl): 3"},
		"nobody asks for what cannot be read": {Facts{Minor: 37, Scheduler: Scheduler{Error: errors.New("forbidden")}}, "", ""},
		"it cannot be read":                   {Facts{Minor: 37, Scheduler: Scheduler{Pods: 1, Error: errors.New("forbidden")}}, Warning, "cannot be read: forbidden"},
		"an old server, and none there":       {Facts{Minor: 34}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.facts.Major, test.facts.Now = 1, now
			found := test.facts.scheduler()
			if test.want == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, test.level, found[0].Level)
			require.Contains(t, found[0].Message, test.want)
		})
	}
}
