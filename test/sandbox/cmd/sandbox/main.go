// Command sandbox starts, shows and stops a Kubernetes control plane on this
// machine, with nodes and, if asked, the gate. See package sandbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/pflag"

	"depctl.dev/cmd/version"
	"depctl.dev/test/sandbox"
)

const usage = `usage:
  sandbox up --dir DIR [flags]   start one, return when Jobs can run in it
  sandbox status --dir DIR       say what runs, where, and whether it is well
  sandbox down --dir DIR         stop it; logs stay in DIR/logs
  sandbox load --dir DIR FILE    import an archive of images into its real node
  sandbox doctor [--dir DIR]     say whether a real node can run here, and what is missing
  sandbox version

flags of up:
%s`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	switch {
	case err == nil:
	case errors.Is(err, errUsage):
		fmt.Fprintf(os.Stderr, "sandbox: %v\n\n%s", err, usageText())
		os.Exit(2)
	default:
		fmt.Fprintf(os.Stderr, "sandbox: %v\n", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("wrong arguments")

// options are the flags. They are the same for all commands, so that the
// supervisor can be given those of up.
type options struct {
	dir     string
	bin     string
	kinds   []string
	nodes   int
	nodeCPU string
	gate    bool
	audit   bool
	kueue   bool
	jobSet  bool
	ranked  bool
	// config is the file that the supervisor has written for a node.
	config string
	// brief makes doctor say it in one line.
	brief bool
	// archive is the argument of load.
	archive string
}

func (o *options) flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("sandbox", pflag.ContinueOnError)
	flags.Usage = func() {}
	flags.StringVar(&o.dir, "dir", "", "directory of the sandbox; what an earlier one left there is replaced")
	flags.StringSliceVar(&o.kinds, "node", []string{string(sandbox.Simulated)},
		"kinds of nodes: simulated, real or both; beside simulated ones, the real one has a taint")
	flags.IntVar(&o.nodes, "nodes", 1, "number of simulated nodes")
	flags.StringVar(&o.nodeCPU, "node-cpu", "", "CPU of each simulated node, such as 4; without it, nodes are never full")
	flags.BoolVar(&o.gate, "gate", false, "install depctl and run the gate")
	flags.BoolVar(&o.audit, "audit", false, "log every API request to DIR/audit.log")
	flags.BoolVar(&o.kueue, "kueue", false, "run Kueue's manager too (test/sandbox/build.sh bin kueue)")
	flags.BoolVar(&o.jobSet, "jobset", false, "run JobSet's manager too (test/sandbox/build.sh bin jobset)")
	flags.BoolVar(&o.ranked, "scheduler", false, "run depctl-scheduler too (make scheduler)")
	flags.StringVar(&o.bin, "bin", "", "directory of kube, kwok and depctl-gate (default: that of this program)")
	flags.StringVar(&o.config, "config", "", "")
	flags.BoolVar(&o.brief, "brief", false, "")
	for _, internal := range []string{"config", "brief"} {
		_ = flags.MarkHidden(internal)
	}
	return flags
}

func usageText() string {
	return fmt.Sprintf(usage, new(options).flags().FlagUsages())
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return fmt.Errorf("%w: no command", errUsage)
	}
	var o options
	flags := o.flags()
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, pflag.ErrHelp):
		_, err := fmt.Fprint(out, usageText())
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", errUsage, err)
	case args[0] == "load" && flags.NArg() == 1:
		o.archive = flags.Arg(0)
	case flags.NArg() > 0:
		return fmt.Errorf("%w: unexpected %q", errUsage, flags.Arg(0))
	}
	var command func(context.Context, options, io.Writer) error
	switch args[0] {
	case "version":
		_, err := fmt.Fprintln(out, "sandbox", version.Get())
		return err
	case "help", "--help", "-h":
		_, err := fmt.Fprint(out, usageText())
		return err
	case "up":
		command = up
	case "status":
		command = status
	case "down":
		command = down
	case "load":
		command = load
	case "doctor":
		return doctor(o, out)
	case sandbox.NodeCommand:
		return runNode(ctx, o)
	case superviseCommand:
		command = supervise
	default:
		return fmt.Errorf("%w: no command %q", errUsage, args[0])
	}
	if o.dir == "" {
		return fmt.Errorf("%w: --dir is needed", errUsage)
	}
	return command(ctx, o, out)
}
