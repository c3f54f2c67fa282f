package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What supervisor and up say to each other, on the supervisor's standard output
// and input.
const (
	ready = "ready\n"
	stay  = "stay\n"
)

// up starts the supervisor, waits until it says that all is ready, and leaves it
// alone then. If up ends before that, in whatever way, the supervisor finds its
// standard input at its end, and stops everything.
func up(ctx context.Context, o options, out io.Writer) error {
	started := time.Now()
	var err error
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if bin := filepath.Dir(self); o.bin == "" && exists(filepath.Join(bin, "kube")) {
		o.bin = bin
	}
	if err := startSupervisor(ctx, self, o); err != nil {
		return err
	}
	fmt.Fprintf(out, "the sandbox is up, after %.1f s\n\n", time.Since(started).Seconds())
	fmt.Fprintf(out, "  export KUBECONFIG=%s\n", filepath.Join(o.dir, "kubeconfig"))
	if o.bin != "" {
		fmt.Fprintf(out, "  %s kubectl get nodes\n", filepath.Join(o.bin, "kube"))
	}
	fmt.Fprintf(out, "  %s down --dir %s\n", self, o.dir)
	return nil
}

// startSupervisor returns when the supervisor is ready, or is gone.
func startSupervisor(ctx context.Context, self string, o options) error {
	log, err := os.OpenFile(filepath.Join(o.dir, "supervisor.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(self, superviseCommand,
		"--dir", o.dir,
		"--bin", o.bin,
		"--node", strings.Join(o.kinds, ","),
		"--nodes", strconv.Itoa(o.nodes),
		"--node-cpu", o.nodeCPU,
		"--gate="+strconv.FormatBool(o.gate),
		"--audit="+strconv.FormatBool(o.audit),
		"--kueue="+strconv.FormatBool(o.kueue),
		"--jobset="+strconv.FormatBool(o.jobSet),
		"--scheduler="+strconv.FormatBool(o.ranked),
	)
	cmd.Stderr = log
	// A session of its own: neither Ctrl-C nor the end of the terminal reaches it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { stdin.Close() })
	defer stop()
	answer := bufio.NewReader(stdout)
	first, err := answer.ReadString('\n')
	if err == nil && first == ready {
		if _, err := io.WriteString(stdin, stay); err == nil {
			return cmd.Process.Release()
		}
	}
	rest, _ := io.ReadAll(answer)
	if err := cmd.Wait(); ctx.Err() != nil {
		return errors.New("interrupted; nothing is left running")
	} else if text := strings.TrimSpace(first + string(rest)); text != "" {
		return errors.New(text)
	} else {
		return fmt.Errorf("the supervisor ended (%w); see %s", err, log.Name())
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
