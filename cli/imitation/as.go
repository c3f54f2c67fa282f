package imitation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/internal/command"
)

const asLong = `Run a shell, or a command, in which the commands of a batch system are depctl:
scripts, Makefiles and workflow engines that call them run on Kubernetes unchanged.

%s
A Job has a number, as there. Where the site file (depctl.yaml, see "depctl submit
--help") says which volume has a directory of this machine, Jobs run in the
directory where they were submitted, and write their output into files there.
Without one, the image of the Jobs must be given: --image.

What a Job cannot do is an error of the command. What was left out without harm is
in annotation depctl.dev/notes of the Job, for the commands print what the real
ones print, and nothing else.`

const asExample = `  # A shell in which sbatch, squeue and scancel are depctl
  depctl as slurm --image debian:13

  # A workflow
  depctl as slurm -- snakemake --slurm --jobs 50

  # For good: in a folder of the PATH
  depctl as slurm --install ~/bin`

// asOptions is what "depctl as" was asked to do.
type asOptions struct {
	streams         genericiooptions.IOStreams
	systems         []*System
	install         string
	image, template string
}

// New returns "depctl as".
func New(f *cluster.Factory, streams genericiooptions.IOStreams, systems []*System) *cobra.Command {
	o := &asOptions{streams: streams, systems: systems}
	var lists strings.Builder
	var names []string
	for _, s := range systems {
		names = append(names, s.Name)
		fmt.Fprintf(&lists, "  %-8s %s: %s\n", s.Name, s.Title, strings.Join(s.names(), " "))
	}
	cmd := &cobra.Command{
		Use:                   "as SYSTEM [--install DIR] [-- COMMAND [ARGS]]",
		Short:                 "Call the commands of a batch system",
		Long:                  fmt.Sprintf(asLong, lists.String()),
		Example:               asExample,
		Annotations:           map[string]string{command.AsksCluster: ""},
		Args:                  cobra.ArbitraryArgs,
		ValidArgs:             names,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			program := []string(nil)
			if dash := cmd.ArgsLenAtDash(); dash >= 0 {
				args, program = args[:dash], args[dash:]
			}
			return o.run(cmd.Context(), f, args, program)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.install, "install", "", "Make the links in this `DIR`, and run nothing.")
	flags.StringVar(&o.image, "image", "", "The image of Jobs, where the site file names none.")
	flags.StringVar(&o.template, "template", "", "The file with the defaults of the site.")
	return cmd
}

func (s *System) names() []string {
	var names []string
	for _, c := range s.Commands {
		names = append(names, c.Name)
	}
	return names
}

func (o *asOptions) run(ctx context.Context, f *cluster.Factory, args, program []string) error {
	system, err := o.system(args)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding the program that the links lead to: %w", err)
	}
	if o.install != "" {
		if len(program) > 0 || o.image != "" || o.template != "" {
			return command.UsageErrorf("--install makes links and nothing else: the site file says what is so for all, and variables DEPCTL_IMAGE and DEPCTL_TEMPLATE for a shell")
		}
		return Link(o.install, self, system)
	}
	folder, err := linksFolder(self, system)
	if err != nil {
		return err
	}
	if err := Link(folder, self, system); err != nil {
		return err
	}
	env, err := o.environment(f, system, folder)
	if err != nil {
		return err
	}
	if len(program) == 0 {
		program = []string{cmp.Or(os.Getenv("SHELL"), "/bin/sh")}
	}
	return o.call(ctx, program, env, folder)
}

func (o *asOptions) system(args []string) (*System, error) {
	var names []string
	for _, s := range o.systems {
		if len(args) == 1 && args[0] == s.Name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	if len(args) == 1 {
		return nil, command.UsageErrorf("unknown batch system %q, there are %s", args[0], strings.Join(names, ", "))
	}
	return nil, command.UsageErrorf("name one batch system, and what to run behind --; there are %s", strings.Join(names, ", "))
}

// linksFolder returns the folder of the links: one for each program and system, that stays.
func linksFolder(program string, s *System) (string, error) {
	h := fnv.New32a()
	h.Write([]byte(program))
	name := fmt.Sprintf("%s-%08x", s.Name, h.Sum32())
	if cache, err := os.UserCacheDir(); err == nil {
		folder := filepath.Join(cache, "depctl", "as", name)
		if os.MkdirAll(folder, 0o755) == nil {
			return folder, nil
		}
	}
	folder, err := os.MkdirTemp("", "depctl-as-")
	if err != nil {
		return "", fmt.Errorf("making a folder for the commands: %w", err)
	}
	return folder, nil
}

// environment returns that of what is run: with the links before all else, and with what
// this command was told.
func (o *asOptions) environment(f *cluster.Factory, s *System, folder string) ([]string, error) {
	set := map[string]string{
		"PATH":         folder + string(os.PathListSeparator) + os.Getenv("PATH"),
		SystemVariable: s.Name, ImageVariable: o.image, NamespaceVariable: f.GivenNamespace(),
	}
	if o.template != "" {
		file, err := filepath.Abs(o.template)
		if err != nil {
			return nil, fmt.Errorf("finding %s: %w", o.template, err)
		}
		set[batch.SiteVariable] = file
	}
	for _, option := range f.Connection() {
		name, value, _ := strings.Cut(strings.TrimPrefix(option, "--"), "=")
		switch name {
		case "kubeconfig":
			file, err := filepath.Abs(value)
			if err != nil {
				return nil, fmt.Errorf("finding %s: %w", value, err)
			}
			set["KUBECONFIG"] = file
		case "context":
			set[ContextVariable] = value
		default:
			return nil, command.UsageErrorf("--%s cannot be handed on to the commands: write it into a kubeconfig, and name that with --kubeconfig or --context", name)
		}
	}
	env := os.Environ()
	for name, value := range set {
		if value != "" {
			env = append(env, name+"="+value)
		}
	}
	return env, nil
}

// call runs a program and returns its exit status. What a person types at the terminal
// goes to it, and what others send is handed on.
func (o *asOptions) call(ctx context.Context, program, env []string, folder string) error {
	name := program[0]
	if linked := filepath.Join(folder, name); !strings.ContainsRune(name, filepath.Separator) {
		if _, err := os.Lstat(linked); err == nil {
			name = linked
		}
	}
	cmd := exec.CommandContext(ctx, name, program[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, o.streams.In, o.streams.Out, o.streams.ErrOut
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("running %s: %w", program[0], err)
	}
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				if s != os.Interrupt { // that has reached the whole group
					_ = cmd.Process.Signal(s)
				}
			case <-done:
				return
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return command.Ended(max(exit.ExitCode(), 1))
	}
	if err != nil {
		return fmt.Errorf("running %s: %w", program[0], err)
	}
	return nil
}
