package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peer is another project whose manager can run beside the control plane: a program in Options.Bin,
// built from the module of its name beside this file.
type peer struct {
	name   string
	module string
	// webhooks are the resources that its webhooks are asked about, of all that it has some for.
	webhooks []string
	// config is its configuration, given the address of its health, the host and the port of its webhooks,
	// and the directory of their certificate.
	config string
	// flags are more flags.
	flags []string
	// probe is an object that its webhook changes, and changed is where a dry run of its creation shows it.
	probe, changed string
}

var kueue = peer{
	name:     Kueue,
	module:   "sigs.k8s.io/kueue",
	webhooks: []string{"jobs", "jobsets", "workloads", "clusterqueues", "cohorts", "localqueues", "resourceflavors"},
	config: `apiVersion: config.kueue.x-k8s.io/v1beta2
kind: Configuration
health: {healthProbeBindAddress: %q}
metrics: {bindAddress: "0"}
webhook: {host: %q, port: %s, certDir: %q}
leaderElection: {leaderElect: false}
internalCertManagement: {enable: false}
integrations: {frameworks: [batch/job, jobset.x-k8s.io/jobset]}
`,
	flags: []string{"--feature-gates", "AdmissionGatedBy=true"},
	probe: `{apiVersion: batch/v1, kind: Job, metadata: {name: probe, namespace: default, labels: {kueue.x-k8s.io/queue-name: probe}},
  spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: none}]}}}}`,
	changed: "{.spec.suspend}",
}

var jobSet = peer{
	name:     JobSet,
	module:   "sigs.k8s.io/jobset",
	webhooks: []string{"jobsets", "pods"},
	config: `apiVersion: config.jobset.x-k8s.io/v1alpha1
kind: Configuration
health: {healthProbeBindAddress: %q}
metrics: {bindAddress: "0"}
webhook: {host: %q, port: %s, certDir: %q}
leaderElection: {leaderElect: false}
internalCertManagement: {enable: false}
`,
	probe: `{apiVersion: jobset.x-k8s.io/v1alpha2, kind: JobSet, metadata: {name: probe, namespace: default}, spec: {replicatedJobs: [
  {name: main, template: {spec: {template: {spec: {containers: [{name: main, image: none}]}}}}}]}}`,
	changed: "{.spec.network.enableDNSHostnames}",
}

// peers returns those that the options ask for. Kueue comes last: it finds the kinds of the others.
func (o Options) peers() []peer {
	var all []peer
	if o.JobSet {
		all = append(all, jobSet)
	}
	if o.Kueue {
		all = append(all, kueue)
	}
	return all
}

// startPeer installs what a peer brings, starts its manager, and returns when its webhooks are in force.
func (s *Sandbox) startPeer(ctx context.Context, p peer) error {
	source, err := s.moduleOf(ctx, p)
	if err != nil {
		return fmt.Errorf("find the source of %s: %w", p.name, err)
	}
	// Server-side: kubectl's own annotation has no room for them.
	definitions := filepath.Join(source, "config", "components", "crd", "bases")
	if _, err := s.Kubectl(ctx, nil, "apply", "--server-side", "-f", definitions); err != nil {
		return err
	}
	// kubectl takes it for an error if a definition has no status yet.
	if _, err := poll(ctx, nil, func(ctx context.Context) error {
		_, err := s.Kubectl(ctx, nil, "wait", "--for=condition=Established", "--timeout=1m", "-f", definitions)
		return err
	}); err != nil {
		return err
	}
	addresses, err := freeAddresses(2)
	if err != nil {
		return err
	}
	program, err := s.peerProgram(p, addresses[0], addresses[1])
	if err != nil {
		return err
	}
	if err := s.startAll(ctx, program); err != nil {
		return err
	}
	configurations, err := p.configurations(source, addresses[1], s.credentials.certificate)
	if err != nil {
		return fmt.Errorf("read the webhooks of %s: %w", p.name, err)
	}
	if _, err := s.Kubectl(ctx, strings.NewReader(configurations), "apply", "-f", "-"); err != nil {
		return err
	}
	_, err = poll(ctx, nil, func(ctx context.Context) error {
		made, err := s.Kubectl(ctx, strings.NewReader(p.probe), "create", "-f", "-", "--dry-run=server", "-o", "jsonpath="+p.changed)
		if err == nil && made != "true" {
			err = errors.New("a new object is not changed")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("wait for the webhooks of %s: %w", p.name, err)
	}
	return nil
}

// moduleOf returns the directory of a peer's module in the module cache, into which Go downloads it if need be.
func (s *Sandbox) moduleOf(ctx context.Context, p peer) (string, error) {
	root, err := source(s.options.Bin)
	if err != nil {
		return "", err
	}
	download := exec.CommandContext(ctx, "go", "-C", filepath.Join(root, "test", "sandbox", p.name), "mod", "download", "-json", p.module)
	text, err := download.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w: %s", p.module, err, text)
	}
	var module struct{ Dir string }
	return module.Dir, json.Unmarshal(text, &module)
}

// peerProgram writes what a peer's manager reads, and returns the manager.
func (s *Sandbox) peerProgram(p peer, health, webhook string) (program, error) {
	kubeconfig, err := s.kubeconfigOf(p.name, p.name)
	if err != nil {
		return program{}, err
	}
	// Under the names that managers look for.
	certificates := s.credentials.file("webhook")
	if err := os.MkdirAll(certificates, 0o755); err != nil {
		return program{}, err
	}
	for link, file := range map[string]string{"tls.crt": s.credentials.servingCertificate(), "tls.key": s.credentials.servingKey()} {
		if err := os.Symlink(file, filepath.Join(certificates, link)); err != nil && !errors.Is(err, os.ErrExist) {
			return program{}, err
		}
	}
	host, port, err := net.SplitHostPort(webhook)
	if err != nil {
		return program{}, err
	}
	config := s.credentials.file(p.name + ".yaml")
	text := fmt.Sprintf(p.config, health, host, port, certificates)
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return program{}, err
	}
	flags := append([]string{"--kubeconfig", kubeconfig, "--config", config}, p.flags...)
	return s.program(p.name, p.name, health, "http://"+health+"/readyz", flags...), nil
}
