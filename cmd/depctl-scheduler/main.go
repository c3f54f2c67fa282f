// Command depctl-scheduler is kube-scheduler with depctl's order of pods: those first that most of
// a graph waits for. All flags are kube-scheduler's. docs/guide/scheduling.md says who needs it.
//
// It is a module of its own, so that nothing else of depctl depends on k8s.io/kubernetes.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-scheduler/app"

	"depctl.dev/gate/scheduler"
)

func main() {
	os.Exit(cli.Run(app.NewSchedulerCommand(app.WithPlugin(scheduler.Name, scheduler.New))))
}
