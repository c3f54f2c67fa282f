package lint

import (
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/manifest"
)

// missingScheduler finds Pod templates that ask for depctl-scheduler where none runs. It says
// nothing where nobody knows.
func missingScheduler(l *linting, w *manifest.Workload) []mistake {
	if !l.noScheduler || w.PodSpec().SchedulerName != cluster.RankScheduler {
		return nil
	}
	at := w.Field("spec", "template", "spec", "schedulerName")
	return mistakef(at, "install deploy/scheduler, or leave schedulerName out: kube-scheduler places the Pods then",
		"no depctl-scheduler runs in the cluster, so the Pods wait for a node until one does")
}
