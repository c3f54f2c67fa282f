package checkup

import (
	"fmt"
	"time"
)

// Scheduler is what was found of depctl-scheduler.
type Scheduler struct {
	// Installed tells that there is its Deployment.
	Installed bool
	// Renewed is when the one that leads said so last.
	Renewed time.Time
	Lease   time.Duration
	// Pods are those without a node that ask for it.
	Pods  int
	Error error
}

// Runs reports whether one leads at a time, as far as is known.
func (s Scheduler) Runs(now time.Time) bool {
	return s.Error != nil || !s.Renewed.IsZero() && now.Before(s.Renewed.Add(s.Lease+slack))
}

// minSchedulerMinor is the Kubernetes from which depctl-scheduler is built: a scheduler may not be
// newer than its API server.
const minSchedulerMinor = 37

const applyScheduler = "kubectl apply -k deploy/scheduler"

// scheduler says how it stands with depctl-scheduler; nothing where there is none, and nobody
// asks for one.
func (f Facts) scheduler() []Finding {
	const check = "scheduler"
	s := f.Scheduler
	switch running := s.Runs(f.Now); {
	case !s.Installed && s.Renewed.IsZero() && s.Pods == 0:
		return nil
	case s.Error != nil:
		return []Finding{{check, Warning, "whether depctl-scheduler runs cannot be read: " + s.Error.Error(), ""}}
	case (s.Installed || running) && f.Major == 1 && f.Minor < minSchedulerMinor:
		return []Finding{{check, Failure, fmt.Sprintf("depctl-scheduler is of Kubernetes 1.%d, and a scheduler may not be newer than its API server, which is %s", minSchedulerMinor, f.Server), "kubectl delete -k deploy/scheduler"}}
	case !running && s.Pods > 0:
		return []Finding{{check, Failure, fmt.Sprintf("no depctl-scheduler runs, and Pods wait for it (schedulerName: depctl): %d", s.Pods), applyScheduler}}
	case !running:
		return []Finding{{check, Warning, "depctl-scheduler is installed, and none leads", f.kubectl("logs deployment/depctl-scheduler")}}
	case f.Deployment && !f.RanksPods:
		return []Finding{{check, Warning, "depctl-scheduler runs, and the gate writes no ranks to Pods (--rank-pods): it orders them as kube-scheduler does", "add deploy/components/scheduler to the kustomization of the gate"}}
	}
	return []Finding{{check, OK, "depctl-scheduler runs", ""}}
}
