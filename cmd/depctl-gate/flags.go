package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	logsapi "k8s.io/component-base/logs/api/v1"
)

// options are what the flags say.
type options struct {
	kubeconfig   string
	probeAddress string
	qps          float32
	burst        int
	workers      int
	namespace    string
	retire       bool
	reach        reach
	election     election
	webhook      webhook
	reporting    reporting
	tracing      tracing
}

// parse reads the flags and sets up the log. The error is pflag.ErrHelp if the
// help was asked for and printed.
func parse(args []string) (options, error) {
	var o options
	flags := pflag.NewFlagSet("depctl-gate", pflag.ContinueOnError)
	flags.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	flags.SortFlags = true
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "Path to a kubeconfig file. Without it, the service account of the Pod is used.")
	flags.StringVar(&o.probeAddress, "health-probe-bind-address", ":8081", "Address on which /healthz and /readyz are served.")
	flags.Float32Var(&o.qps, "kube-api-qps", 500, "Requests per second to the API server, on average.")
	flags.IntVar(&o.burst, "kube-api-burst", 1000, "Requests to the API server at once, above the average.")
	flags.IntVar(&o.workers, "workers", 16, "Jobs that are decided and released at once.")
	flags.StringVar(&o.namespace, "namespace", "depctl-system", "The namespace of the gate: of its Lease, and of the Secret and the Service of its webhook. The policies of its leash must name the same.")
	flags.BoolVar(&o.retire, "retire", false,
		"Take the Lease from the gate that leads, remove the finalizers of gates from Jobs and Pods and their records from CronJobs, and end: for the moment before depctl is uninstalled. What waits stays held.")
	o.reach.addFlags(flags)
	o.election = newElection()
	o.election.addFlags(flags)
	o.webhook.addFlags(flags)
	o.reporting.addFlags(flags)
	o.tracing.addFlags(flags)
	logging := logsapi.NewLoggingConfiguration()
	logsapi.AddFlags(logging, flags)
	flags.Usage = func() {
		fmt.Fprintf(os.Stdout, `depctl-gate holds Jobs until their dependencies are met.

It watches the Jobs of all namespaces and un-suspends each one annotated with
depctl.dev/depends-on when what that names has succeeded.

Usage:
  depctl-gate [flags]
  depctl-gate version

Flags:
%s`, flags.FlagUsagesWrapped(80))
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if err := validateNamespaces("--namespace", []string{o.namespace}); err != nil {
		return o, err
	}
	if o.election.ResourceNamespace == "" {
		o.election.ResourceNamespace = o.namespace
	}
	o.webhook.in(o.namespace)
	if o.workers < 1 {
		return o, fmt.Errorf("--workers must be at least 1, got %d", o.workers)
	}
	if err := o.reach.validate(); err != nil {
		return o, err
	}
	if err := o.election.validate(); err != nil {
		return o, err
	}
	if o.reach.limits && !o.election.LeaderElect {
		return o, errors.New("--limits needs --leader-elect: two gates that lead at once would give the same tokens twice")
	}
	if err := o.webhook.validate(); err != nil {
		return o, err
	}
	if err := o.reporting.validate(); err != nil {
		return o, err
	}
	if err := o.tracing.validate(); err != nil {
		return o, err
	}
	if err := logsapi.ValidateAndApply(logging, nil); err != nil {
		return o, fmt.Errorf("setting up the log: %w", err)
	}
	return o, nil
}
