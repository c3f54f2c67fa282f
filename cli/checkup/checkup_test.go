package checkup

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/gate"
)

var now = time.Date(2026, 11, 23, 2, 10, 0, 0, time.UTC)

// healthy is an installation in which nothing is wrong.
func healthy() Facts {
	return Facts{
		Server: "v1.36.1", Major: 1, Minor: 36, Policies: true, CLI: "v1.2.3", Gate: "v1.2.3", Deployment: true, Wanted: 2, Ready: 2,
		Leader: "g", Renewed: now, Lease: 15 * time.Second, Held: true, Namespace: "ns", Scope: "-A", Now: now, Installed: "depctl-system",
	}
}

func TestNoGate(t *testing.T) {
	denied := errors.New("denied")
	for name, test := range map[string]struct {
		change func(*Facts)
		says   string
	}{
		"all is well":                         {func(*Facts) {}, ""},
		"nothing is installed":                {func(f *Facts) { f.Deployment, f.Leader, f.Renewed = false, "", time.Time{} }, "depctl is not installed"},
		"no pod is ready, and none leads":     {func(f *Facts) { f.Ready, f.Renewed = 0, now.Add(-time.Hour) }, "none of 2 pods is ready: nothing is released"},
		"pods are ready, and none leads":      {func(f *Facts) { f.Renewed = now.Add(-time.Hour) }, "no gate leads: g has not renewed its Lease since 2026-11-23T01:10:00Z; nothing is released"},
		"a gate leads elsewhere":              {func(f *Facts) { f.Deployment = false }, ""},
		"it only observes":                    {func(f *Facts) { f.ObserveOnly = true }, "it only observes (--observe-only): nothing is released"},
		"a gate without a Lease once wrote":   {func(f *Facts) { f.Ready, f.Leader, f.Renewed, f.Word = 0, "", time.Time{}, now.Add(-time.Hour) }, ""},
		"a gate wrote after its Lease ended":  {func(f *Facts) { f.Renewed, f.Word = now.Add(-time.Hour), now.Add(-time.Minute) }, ""},
		"a gate wrote before its Lease ended": {func(f *Facts) { f.Renewed, f.Word = now.Add(-5*time.Minute), now.Add(-6*time.Minute) }, "no gate leads"},
		"nobody may look": {func(f *Facts) {
			f.Deployment, f.DeploymentError, f.LeaseError, f.Leader, f.Renewed = false, denied, denied, "", time.Time{}
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := healthy()
			test.change(&f)
			if test.says == "" {
				require.Empty(t, NoGate(f))
				return
			}
			require.Contains(t, NoGate(f), test.says)
		})
	}
}

func TestAHealthyInstallation(t *testing.T) {
	for _, f := range Of(healthy()) {
		require.Equal(t, OK, f.Level, f.Message)
		require.Empty(t, f.Fix)
	}
}

func TestWhatIsFound(t *testing.T) {
	denied := errors.New("denied")
	for name, test := range map[string]struct {
		change func(*Facts)
		check  string
		level  Level
		says   string
		fix    string
	}{
		"an old API server":        {func(f *Facts) { f.Minor, f.Policies = 34, false }, "api-server", OK, "webhook", ""},
		"one that is too old":      {func(f *Facts) { f.Minor, f.Policies = 29, false }, "api-server", Warning, "1.30 or newer", ""},
		"nothing is installed":     {func(f *Facts) { f.Deployment, f.Leader = false, "" }, "gate", Failure, "not installed", applyBase},
		"nothing, and an old one":  {func(f *Facts) { f.Deployment, f.Leader, f.Policies = false, "", false }, "gate", Failure, "not installed", applyHook},
		"no replicas":              {func(f *Facts) { f.Wanted, f.Ready, f.Leader = 0, 0, "" }, "gate", Failure, "no replicas", "kubectl -n depctl-system scale deployment depctl-gate --replicas=2"},
		"no pod is ready":          {func(f *Facts) { f.Ready, f.Leader = 0, "" }, "gate", Failure, "none of 2", "kubectl -n depctl-system describe deployment depctl-gate"},
		"a gate from elsewhere":    {func(f *Facts) { f.Wanted, f.Ready = 0, 0 }, "gate", Warning, "elsewhere", "kubectl -n depctl-system describe deployment depctl-gate"},
		"one pod is missing":       {func(f *Facts) { f.Ready = 1 }, "gate", Warning, "1 of 2", "kubectl -n depctl-system describe deployment depctl-gate"},
		"it only observes":         {func(f *Facts) { f.ObserveOnly = true }, "gate", Warning, "observes", "kubectl -n depctl-system edit deployment depctl-gate"},
		"nobody leads":             {func(f *Facts) { f.Leader = "" }, "leader", Failure, "nothing is released", "kubectl -n depctl-system logs deployment/depctl-gate"},
		"a lease that has run out": {func(f *Facts) { f.Renewed = now.Add(-time.Minute) }, "leader", Failure, "since 2026-11-23T02:09:00Z", "kubectl -n depctl-system logs deployment/depctl-gate"},
		"a lease that is late":     {func(f *Facts) { f.Renewed = now.Add(-20 * time.Second) }, "leader", OK, "g leads", ""},
		"no election":              {func(f *Facts) { f.Alone, f.Leader = true, "" }, "leader", OK, "no election", ""},
		"a lease that is secret":   {func(f *Facts) { f.LeaseError = denied }, "leader", Warning, "denied", ""},
		"another version":          {func(f *Facts) { f.Gate = "v1.3.0" }, "version", Warning, "the gate v1.3.0", applyBase},
		"an image with a digest":   {func(f *Facts) { f.Gate, f.Image = "", "r:5000/x/depctl-gate:1.2.3@sha256:abc" }, "version", OK, "by the tag", ""},
		"an image without a tag":   {func(f *Facts) { f.Gate, f.Image = "", "r:5000/x/depctl-gate" }, "version", Warning, "not known", ""},
		"a developer's build":      {func(f *Facts) { f.CLI = development }, "version", OK, "not compared", ""},
		"Jobs are not held":        {func(f *Facts) { f.Held = false }, "hold", Failure, "run at once", applyBase},
		"a leash with a hole":      {func(f *Facts) { f.MissingLeash = []string{"leash-jobs.depctl.dev"} }, "leash", Failure, "leash-jobs", applyBase},
		"a missing right":          {func(f *Facts) { f.MissingRights = []string{"patch jobs"} }, "rights", Failure, "may not patch jobs", applyBase},
		"a right for Deployments":  {func(f *Facts) { f.HeldKinds, f.MissingRights = []string{"deployment"}, []string{"patch deployments"} }, "rights", Failure, "may not patch deployments", applyFull},
		"one for them, before 1.36": {func(f *Facts) {
			f.Policies, f.HeldKinds, f.MissingRights = false, []string{"pod"}, []string{"patch pods"}
		}, "rights", Failure, "may not patch pods", applyHooks},
		"a right for limits":     {func(f *Facts) { f.Limits, f.MissingRights = true, []string{"list configmaps"} }, "rights", Failure, "may not list configmaps", applyFull},
		"arrays that nobody has": {func(f *Facts) { f.Elementwise = 2 }, "arrays", Warning, "need them: 2", applyArrays},
		"arrays, before 1.36":    {func(f *Facts) { f.Elementwise, f.Policies = 2, false }, "arrays", Warning, "need them: 2", applyHooks},
		"no arrays, before 1.36": {func(f *Facts) { f.Policies = false }, "arrays", OK, "(kubectl apply -k deploy/webhook-full turns them on)", ""},
		"kinds that nobody names": {func(f *Facts) {
			f.Kinds, f.BarredKinds = []string{"pod", "deployment"}, []BarredKind{{Name: "secret", Resource: "secrets", Listed: true}}
		}, "kinds", OK, "may look up pod, deployment; not secret, and no Job", ""},
		"by Helm, with a hole in the leash": {func(f *Facts) {
			f.Installed, f.Release, f.MissingLeash = "jobs", "mine", []string{"leash-jobs.depctl.dev"}
		}, "leash", Failure, "leash-jobs", "helm -n jobs upgrade mine deploy/chart --reuse-values"},
		"by Helm, without arrays": {func(f *Facts) { f.Installed, f.Release, f.Elementwise = "jobs", "mine", 2 }, "arrays", Warning, "need them: 2", "helm -n jobs upgrade mine deploy/chart --reuse-values --set arrays.enabled=true"},
		"in another namespace":    {func(f *Facts) { f.Installed, f.Ready = "jobs", 0 }, "gate", Warning, "Deployment jobs/depctl-gate", "kubectl -n jobs describe deployment depctl-gate"},
		"no other kinds":          {func(f *Facts) { f.BarredKinds = []BarredKind{{Name: "pod", Resource: "pods", Listed: true}} }, "kinds", OK, "no objects but Jobs; not pod", ""},
		"a kind that is needed":   {func(f *Facts) { f.BarredKinds = []BarredKind{{Name: "pod", Resource: "pods", Listed: true, Jobs: 2}} }, "kinds", Warning, "how many do: pod (2)", applyKinds},
		"a Secret that is needed": {func(f *Facts) {
			f.BarredKinds = []BarredKind{{Name: "secret", Resource: "secrets", Listed: true, Jobs: 1}}
		}, "kinds", Warning, "secret (1)", applySecrets},
		"a kind of one's own": {func(f *Facts) {
			f.BarredKinds = []BarredKind{{Name: "pod", Resource: "pods", Listed: true}, {Name: "widget.example.com", Group: "example.com", Resource: "widgets", Jobs: 1}}
		}, "kinds", Warning, "widget.example.com (1)", applyKinds + " && kubectl create clusterrole depctl-gate-widgets.example.com --verb=list,watch --resource=widgets.example.com" +
			" && kubectl label clusterrole depctl-gate-widgets.example.com depctl.dev/aggregate-to-gate=true"},
		"nobody who may ask":    {func(f *Facts) { f.KindsError = denied }, "kinds", Warning, "was not asked: denied", ""},
		"Jobs that are overdue": {func(f *Facts) { f.Overdue = 3 }, "jobs", Failure, "3 could have been released", "kubectl -n depctl-system logs deployment/depctl-gate"},
		"Jobs that are blocked": {func(f *Facts) { f.Jobs = map[gate.State]int{gate.StateBlocked: 2} }, "jobs", Warning, "2 can never run", "depctl status -A"},
	} {
		t.Run(name, func(t *testing.T) {
			f := healthy()
			test.change(&f)
			list := Of(f)
			for _, found := range list {
				if found.Check == test.check {
					require.Equal(t, test.level, found.Level, found.Message)
					require.Contains(t, found.Message, test.says)
					require.Equal(t, test.fix, found.Fix)
				}
			}
			require.Equal(t, test.level == Failure, Failed(list))
		})
	}
}
