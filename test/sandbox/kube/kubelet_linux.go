package main

import (
	"context"

	"k8s.io/component-base/cli"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// nodePrograms are those of a node with real containers.
var nodePrograms = []program{
	{"kubelet", func() int { return cli.Run(kubelet.NewKubeletCommand(context.Background())) }},
}
