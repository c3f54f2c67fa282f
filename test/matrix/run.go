package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// kubernetes is where go.mod says which one all tests run on.
var kubernetes = regexp.MustCompile(`(?m)^\s*k8s\.io/kubernetes (v\S+)$`)

// current returns the version of Kubernetes that all tests run on.
func current(root string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, "test", "sandbox", "kube", "go.mod"))
	if err != nil {
		return "", err
	}
	found := kubernetes.FindSubmatch(text)
	if found == nil {
		return "", fmt.Errorf("no version of k8s.io/kubernetes in test/sandbox/kube/go.mod")
	}
	return string(found[1]), nil
}

// test runs the tests of a version, and returns how each has ended.
func (m matrix) test(ctx context.Context, v version) (map[string]string, error) {
	dir, err := m.programs(ctx, v)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(dir, "integration.test")
	if err := m.command(ctx, "go", "test", "-c", "-o", binary, "./test/integration").Run(); err != nil {
		return nil, fmt.Errorf("compile test/integration: %w", err)
	}
	// One with a subtest is a run of its own: parts of -test.run go by depth.
	whole, parts := []string{}, [][]string{}
	for _, c := range capabilities {
		for _, test := range c.on(v) {
			if strings.Contains(test, "/") {
				parts = append(parts, []string{test})
			} else {
				whole = append(whole, test)
			}
		}
	}
	ends := map[string]string{}
	for _, tests := range append([][]string{whole}, parts...) {
		if len(tests) == 0 {
			continue
		}
		if err := m.runTests(ctx, v, dir, binary, tests, ends); err != nil {
			return nil, err
		}
	}
	return ends, nil
}

// runTests runs some tests at once. That one fails is no error.
func (m matrix) runTests(ctx context.Context, v version, dir, binary string, tests []string, ends map[string]string) error {
	args := []string{"-test.v", "-test.parallel=6", "-test.timeout=25m", "-test.run=" + pattern(tests)}
	if v.Webhooks {
		args = append(args, "-webhooks")
	}
	if v.Features != "" {
		args = append(args, "-feature-gates="+v.Features)
	}
	cmd := m.command(ctx, binary, args...)
	cmd.Dir = filepath.Join(m.root, "test", "integration")
	cmd.Env = append(os.Environ(), "DEPCTL_BIN="+dir)
	var out bytes.Buffer
	cmd.Stdout = &out
	failure := cmd.Run()
	seen := outcomes(out.String())
	for _, test := range tests {
		if ends[test] = seen[test]; ends[test] == "" {
			ends[test] = "FAIL"
		}
	}
	if failure != nil {
		fmt.Print(out.String())
	}
	return ctx.Err()
}

// ended is the line in which a test says how it has ended.
var ended = regexp.MustCompile(`^\s*--- (PASS|FAIL|SKIP): (\S+)`)

// outcomes returns how each test of a run has ended.
func outcomes(output string) map[string]string {
	ends := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		if found := ended.FindStringSubmatch(lines.Text()); found != nil {
			ends[found[2]] = found[1]
		}
	}
	return ends
}

// programs returns a directory with all programs, kube being that of a version.
func (m matrix) programs(ctx context.Context, v version) (string, error) {
	kube := "kube"
	if v.Kubernetes != m.current {
		kube = "kube-" + v.Kubernetes
		if err := m.command(ctx, "test/sandbox/build.sh", m.bin, kube).Run(); err != nil {
			return "", fmt.Errorf("build it: %w", err)
		}
	}
	dir := filepath.Join(m.bin, "versions", v.Kubernetes)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for name, target := range map[string]string{
		"depctl": "depctl", "depctl-gate": "depctl-gate", "depctl-scheduler": "depctl-scheduler",
		"sandbox": "sandbox", "kwok": "kwok", "helm": "helm", "kube": kube,
	} {
		link := filepath.Join(dir, name)
		if err := os.RemoveAll(link); err != nil {
			return "", err
		}
		if err := os.Symlink(filepath.Join(m.bin, target), link); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// command returns one at the root of the repository, that speaks to the terminal.
func (m matrix) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = m.root, os.Stdout, os.Stderr
	return cmd
}
