// Command kube is a Kubernetes control plane in one binary: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler and kubectl, and on Linux a node's kubelet, each as
// upstream's own main runs it.
//
// One binary instead of six because they share nearly all their code: it links once and takes a
// third of the disk.
package main

import (
	"fmt"
	"os"
	_ "time/tzdata" // time zones of CronJobs, on machines without a zone database

	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

// program is one of the mains. It finds its own name and arguments in os.Args and may call os.Exit.
type program struct {
	name string
	run  func() int
}

var programs = append(nodePrograms, []program{
	{"etcd", etcd},
	{"kube-apiserver", func() int { return cli.Run(apiserver.NewAPIServerCommand()) }},
	{"kube-controller-manager", func() int { return cli.Run(controllermanager.NewControllerManagerCommand()) }},
	{"kube-scheduler", func() int { return cli.Run(scheduler.NewSchedulerCommand()) }},
	{"kubectl", kubectl},
	{"version", version},
}...)

func main() {
	if len(os.Args) > 1 {
		for _, p := range programs {
			if p.name == os.Args[1] {
				// Each program expects to be the first argument, as if it had been started by name.
				os.Args = os.Args[1:]
				os.Exit(p.run())
			}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: kube PROGRAM [flags]\n\nprograms:")
	for _, p := range programs {
		fmt.Fprintln(os.Stderr, "  "+p.name)
	}
	os.Exit(2)
}

func etcd() int {
	etcdmain.Main(os.Args)
	return 0
}

func kubectl() int {
	// Before the command is built, since building it already logs (plugins, kuberc).
	if _, err := logs.GlogSetter(cmd.GetLogVerbosity(os.Args)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err) // exits
	}
	return 0
}
