package sandbox

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// rankedName is the name of the program, the Deployment and the service account of deploy/scheduler.
const rankedName = "depctl-scheduler"

// ranked adds deploy/scheduler, with no replica, and its component to a kustomization over an
// overlay; deploy is the directory of both.
func ranked(kustomization, deploy string) string {
	text := strings.Replace(kustomization, "resources: [", fmt.Sprintf("resources: [%q, ", filepath.Join(deploy, "scheduler")), 1)
	text = strings.Replace(text, "replicas: [", fmt.Sprintf("replicas: [{name: %s, count: 0}, ", rankedName), 1)
	return text + fmt.Sprintf("components: [%q]\n", filepath.Join(deploy, "components", "scheduler"))
}

// StartScheduler runs depctl-scheduler as deploy/scheduler does: with its configuration, its flags
// and the rights of its service account. It installs what is not installed yet, and returns when
// the program is healthy; that it leads may take some seconds more.
func (s *Sandbox) StartScheduler(ctx context.Context, o SchedulerOptions) error {
	if o.Name == "" {
		o.Name = rankedName
	}
	if err := s.startScheduler(ctx, o); err != nil {
		return fmt.Errorf("start %s: %w", rankedName, err)
	}
	return nil
}

// SchedulerOptions say what differs from deploy/scheduler.
type SchedulerOptions struct {
	// Name is that of the process; depctl-scheduler if it is empty.
	Name string
	// Configure changes the KubeSchedulerConfiguration.
	Configure func(configuration map[string]any)
	// Args are more flags, which come last.
	Args []string
}

func (s *Sandbox) startScheduler(ctx context.Context, o SchedulerOptions) error {
	if err := s.Install(ctx); err != nil {
		return err
	}
	config, err := s.ConfigFor(ctx, gateNamespace, rankedName)
	if err != nil {
		return err
	}
	kubeconfig := s.credentials.file(o.Name + ".kubeconfig")
	if err := WriteKubeconfig(kubeconfig, config); err != nil {
		return err
	}
	configuration, err := s.schedulerConfiguration(kubeconfig, o)
	if err != nil {
		return err
	}
	addresses, err := freeAddresses(1)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(addresses[0])
	if err != nil {
		return err
	}
	p, err := s.run(program{
		name: o.Name,
		path: filepath.Join(s.options.Bin, rankedName),
		args: append([]string{
			"--config", configuration,
			"--feature-gates=GenericWorkload=false",
			"--authentication-kubeconfig", kubeconfig,
			"--authorization-kubeconfig", kubeconfig,
			"--bind-address", host,
			"--secure-port", port,
			"--tls-cert-file", s.credentials.servingCertificate(),
			"--tls-private-key-file", s.credentials.servingKey(),
		}, o.Args...),
		log:     s.logFile(o.Name),
		address: addresses[0],
		health:  "https://" + addresses[0] + "/readyz",
		ca:      s.credentials.servingCertificate(),
	})
	if err != nil {
		return err
	}
	return await(ctx, p)
}

// schedulerConfiguration writes that of deploy/scheduler for a process outside of the cluster, as
// fast as the sandbox's own scheduler, and returns the path. The Lease is as long as a gate's, and
// for the same reasons (see startGate).
func (s *Sandbox) schedulerConfiguration(kubeconfig string, o SchedulerOptions) (string, error) {
	root, err := source(s.options.Bin)
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(filepath.Join(root, "deploy", "scheduler", "scheduler.yaml"))
	if err != nil {
		return "", err
	}
	var configuration map[string]any
	if err := yaml.Unmarshal(text, &configuration); err != nil {
		return "", err
	}
	configuration["clientConnection"] = map[string]any{"kubeconfig": kubeconfig, "qps": 500, "burst": 1000}
	election, _ := configuration["leaderElection"].(map[string]any)
	if election == nil {
		return "", fmt.Errorf("deploy/scheduler/scheduler.yaml has no leaderElection")
	}
	election["leaseDuration"], election["renewDeadline"], election["retryPeriod"] = "30s", "25s", "500ms"
	if o.Configure != nil {
		o.Configure(configuration)
	}
	if text, err = yaml.Marshal(configuration); err != nil {
		return "", err
	}
	path := s.file(o.Name + ".yaml")
	return path, os.WriteFile(path, text, 0o644)
}
