package sandbox_test

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"depctl.dev/test/sandbox"
	"depctl.dev/test/sandbox/node"
)

func needsRealNode(t *testing.T) {
	t.Helper()
	if err := sandbox.CanRunReal(""); err != nil {
		t.Skip(err)
	}
}

func TestARealNodeLeavesTheMachineAsItWas(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	before := lookAround(t, "")
	s := sandbox.New(t, sandbox.Options{NodeKinds: []sandbox.NodeKind{sandbox.Simulated, sandbox.Real}})
	requireBothKinds(t, s)
	requireGateOnRealNode(t, s)
	client, cgroup := newClient(t, s), cgroupOf(t, nodePID(t, s))
	for _, victim := range []string{"sandbox", "containerd", "kube"} {
		runPod(t, client)
		inside := processesOf(t, nodePID(t, s))
		require.Contains(t, inside, "sleep")
		require.NoError(t, syscall.Kill(inside[victim][0], syscall.SIGKILL))
		eventually(t, "the end of the node without "+victim, func(context.Context) (bool, error) {
			return !slices.ContainsFunc(s.Parts(), func(p sandbox.Part) bool { return p.Name == sandbox.RealNode }), nil
		})
		requireGone(t, inside)
		require.Empty(t, changed(before, lookAround(t, cgroup)), "after the end of %s", victim)
		require.NoError(t, s.Restart(t.Context(), sandbox.RealNode))
	}
	runPod(t, client)
	inside := processesOf(t, nodePID(t, s))
	require.NoError(t, s.Stop())
	requireGone(t, inside)
	require.Empty(t, changed(before, lookAround(t, cgroup)))
}

func TestARealNodeDoesNotOutliveItsKeeper(t *testing.T) {
	t.Parallel()
	needsRealNode(t)
	for _, together := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed together %t", together), func(t *testing.T) {
			before := lookAround(t, "")
			dir := t.TempDir()
			keeper, text := keepRealNode(t, dir)
			var pid int
			_, err := fmt.Sscanf(text, "started %d", &pid)
			require.NoError(t, err, text)
			inside, cgroup := processesOf(t, pid), cgroupOf(t, pid)
			require.Contains(t, inside, "containerd")
			if together {
				// It must not see the keeper's end, and clean up.
				require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
			}
			require.NoError(t, keeper.Process.Kill())
			require.Error(t, keeper.Wait())
			if together {
				require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
			}
			eventually(t, "nothing to run", func(context.Context) (bool, error) {
				return len(programsIn(t, dir)) == 0 && len(alive(inside)) == 0, nil
			})
			if together {
				// Its cgroups stay until the next start on this machine.
				require.NoError(t, node.SweepStale())
			}
			require.Empty(t, changed(before, lookAround(t, cgroup)))
		})
	}
}

// requireBothKinds runs a Job on either node.
func requireBothKinds(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	client := newClient(t, s)
	played := newJob("played", nil)
	played.Spec.Template.Spec.Containers[0].Command = []string{"false"}
	createJob(t, client, played)
	real := newJob("real", nil)
	real.Spec.Template.Spec = onRealNode("sh", "-c", "echo $0 says hello; exit 3", "busybox")
	createJob(t, client, real)

	job, _ := finished(t, client, "played")
	require.Equal(t, int32(1), job.Status.Succeeded)
	require.Equal(t, "node-0", podsOf(t, client, "played")[0].Spec.NodeName)
	job, _ = finished(t, client, "real")
	require.Equal(t, int32(1), job.Status.Failed)
	ran := podsOf(t, client, "real")[0]
	require.Equal(t, int32(3), ran.Status.ContainerStatuses[0].State.Terminated.ExitCode)
	text, err := s.Kubectl(t.Context(), nil, "logs", ran.Name)
	require.NoError(t, err)
	require.Equal(t, "busybox says hello\n", text)
}

// requireGateOnRealNode deploys the gate, which must not be played.
func requireGateOnRealNode(t *testing.T, s *sandbox.Sandbox) {
	t.Helper()
	require.NoError(t, s.DeployGate(t.Context()))
	pods, err := newClient(t, s).CoreV1().Pods("depctl-system").List(t.Context(), metav1.ListOptions{})
	require.NoError(t, err)
	require.Len(t, pods.Items, 2)
	for _, pod := range pods.Items {
		require.Equal(t, "real", pod.Spec.NodeName)
	}
}

// onRealNode is a pod that runs a command on the real node beside simulated ones.
func onRealNode(command ...string) corev1.PodSpec {
	return corev1.PodSpec{
		RestartPolicy: corev1.RestartPolicyNever,
		Containers:    []corev1.Container{{Name: "main", Image: sandbox.BusyboxImage, Command: command}},
		NodeSelector:  map[string]string{sandbox.NodeLabel: string(sandbox.Real)},
		Tolerations:   []corev1.Toleration{{Key: sandbox.NodeLabel, Operator: corev1.TolerationOpExists}},
	}
}

// keepRealNode starts a process that keeps a sandbox with a real node, and
// returns what it says when that is up.
func keepRealNode(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	keeper := exec.Command(os.Args[0])
	keeper.Env = append(os.Environ(), keepVariable+"="+dir, kindVariable+"="+string(sandbox.Real))
	keeper.Stderr = os.Stderr
	stdout, err := keeper.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, keeper.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return keeper, line
}

// runPod starts a pod that sleeps, and waits until it does.
func runPod(t *testing.T, client kubernetes.Interface) {
	t.Helper()
	pods := client.CoreV1().Pods("default")
	pod, err := pods.Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "sleeper-"},
		Spec:       onRealNode("sleep", "600"),
	}, metav1.CreateOptions{})
	require.NoError(t, err)
	eventually(t, pod.Name+" to run", func(ctx context.Context) (bool, error) {
		pod, err := pods.Get(ctx, pod.Name, metav1.GetOptions{})
		return err == nil && pod.Status.Phase == corev1.PodRunning, err
	})
}

func nodePID(t *testing.T, s *sandbox.Sandbox) int {
	t.Helper()
	for _, part := range s.Parts() {
		if part.Name == sandbox.RealNode {
			return part.PID
		}
	}
	t.Fatal("no real node runs")
	return 0
}

// processesOf returns the ids of all processes in the namespace of a node's
// process 1, or in one below it, by their names.
func processesOf(t *testing.T, pid int) map[string][]int {
	t.Helper()
	found := map[string][]int{}
	parents := []int{pid}
	for len(parents) > 0 {
		pid, parents = parents[0], parents[1:]
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil {
			continue // it has just ended
		}
		comm := strings.TrimSpace(string(name))
		found[comm] = append(found[comm], pid)
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
		require.NoError(t, err)
		for _, task := range tasks {
			text, _ := os.ReadFile(task)
			for field := range strings.FieldsSeq(string(text)) {
				var child int
				_, err := fmt.Sscan(field, &child)
				require.NoError(t, err)
				parents = append(parents, child)
			}
		}
	}
	return found
}

// alive returns those of the processes that are still there.
func alive(processes map[string][]int) []string {
	var left []string
	for name, pids := range processes {
		for _, pid := range pids {
			now, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
			if err == nil && strings.TrimSpace(string(now)) == name {
				left = append(left, fmt.Sprintf("%s (%d)", name, pid))
			}
		}
	}
	return left
}

func requireGone(t *testing.T, processes map[string][]int) {
	t.Helper()
	require.Empty(t, alive(processes))
}

// cgroupOf returns the name of the cgroup of a node, given its process 1.
func cgroupOf(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	require.NoError(t, err)
	name := regexp.MustCompile("depctl-node-[^/]+").FindString(string(text))
	require.NotEmpty(t, name, string(text))
	return name
}

// lookAround lists all of the machine that a node might change. Of the cgroups
// of nodes it lists those with this name: others may be there, too.
func lookAround(t *testing.T, cgroup string) map[string]string {
	t.Helper()
	seen := map[string]string{}
	require.NoError(t, filepath.WalkDir("/proc/sys", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() && !restless(path) {
			text, _ := os.ReadFile(path) // some can only be written
			seen[path] = string(text)
		}
		return nil
	}))
	interfaces, err := net.Interfaces()
	require.NoError(t, err)
	for _, i := range interfaces {
		seen["interface "+i.Name] = i.Flags.String()
	}
	if rules, err := exec.Command("iptables", "-S").Output(); err == nil {
		seen["iptables"] = string(rules)
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	require.NoError(t, err)
	seen["mounts"] = string(mounts)
	for _, dir := range []string{"/etc", "/opt", "/run", "/usr/libexec", "/var/lib", "/var/log"} {
		list(t, seen, dir, 2)
	}
	groups, err := filepath.Glob("/sys/fs/cgroup/*/*")
	require.NoError(t, err)
	top, err := filepath.Glob("/sys/fs/cgroup/*")
	require.NoError(t, err)
	for _, group := range append(groups, top...) {
		if base := filepath.Base(group); strings.HasPrefix(base, "depctl-node-") && base != cgroup {
			continue
		}
		if info, err := os.Stat(group); err == nil && info.IsDir() {
			seen[group] = "cgroup"
		}
	}
	return seen
}

// changed says what differs.
func changed(before, after map[string]string) []string {
	var differences []string
	for name, was := range before {
		if is, there := after[name]; !there || is != was {
			differences = append(differences, fmt.Sprintf("%s: %q was %q", name, is, was))
		}
	}
	for name, is := range after {
		if _, there := before[name]; !there {
			differences = append(differences, fmt.Sprintf("%s: %q is new", name, is))
		}
	}
	return differences
}

// suspect are names that a node's programs might leave; others come and go.
var suspect = regexp.MustCompile("container|kube|cni|runc|netns|pods|depctl|node")

// list adds the suspect names in a directory, down to a depth.
func list(t *testing.T, seen map[string]string, dir string, depth int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || depth == 0 {
		return
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		if suspect.MatchString(path) {
			seen[path] = entry.Type().String()
		}
		if entry.IsDir() {
			list(t, seen, path, depth-1)
		}
	}
}

// restless reports whether a file of /proc/sys changes by itself.
func restless(path string) bool {
	for _, prefix := range []string{"fs/dentry-state", "fs/file-nr", "fs/inode-", "fs/quota/", "kernel/ns_last_pid", "kernel/pty/nr", "kernel/random/", "net/netfilter/nf_conntrack_count", "vm/stat_refresh"} {
		if strings.HasPrefix(strings.TrimPrefix(path, "/proc/sys/"), prefix) {
			return true
		}
	}
	return false
}
