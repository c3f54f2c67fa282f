package cli

import (
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/check"
	"depctl.dev/cli/done"
	"depctl.dev/cli/explain"
	"depctl.dev/cli/get"
	"depctl.dev/cli/graph"
	"depctl.dev/cli/imitation"
	"depctl.dev/cli/importer"
	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/jobaction"
	"depctl.dev/cli/kinds"
	"depctl.dev/cli/limits"
	"depctl.dev/cli/lint"
	"depctl.dev/cli/logs"
	"depctl.dev/cli/parse"
	"depctl.dev/cli/plan"
	running "depctl.dev/cli/run"
	"depctl.dev/cli/runs"
	"depctl.dev/cli/serve"
	"depctl.dev/cli/status"
	"depctl.dev/cli/submit"
	"depctl.dev/cli/ui"
	"depctl.dev/cli/uninstall"
	"depctl.dev/cli/wait"
)

const rootLong = `depctl shows what Kubernetes Jobs wait for, and submits new ones.

A Job names the Jobs that must succeed before it runs in the annotation
depctl.dev/depends-on. Until then it is suspended; the gate, depctl-gate,
releases it.

Exit codes:
  0    done; wait: it is true; check: nothing has failed; logs -f: all Jobs
       have succeeded
  1    it failed; lint: something was found; wait: it is false forever;
       check: something has failed; logs -f: a Job has not succeeded
  2    the command line was wrong
  3    lint: a file cannot be read; wait: somebody must fix something
  124  wait: the time is up
  130  logs and submit --wait: it was interrupted
submit --wait ends with the code of the Job.`

func newRoot(name string, f *cluster.Factory, streams genericiooptions.IOStreams) *cobra.Command {
	version := false
	root := &cobra.Command{
		Use:           "depctl",
		Short:         "Show what Kubernetes Jobs wait for",
		Long:          rootLong,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				return printVersion(streams.Out, f.Build)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "Print which build of depctl this is, as \"depctl version\" does.")
	root.SuggestionsMinimumDistance = 2
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	root.SetFlagErrorFunc(wrongFlag)
	root.SetHelpCommand(newCmdHelp())
	root.SetUsageFunc(printUsage)
	f.Flags.AddFlags(root.PersistentFlags())
	root.AddCommand(
		get.New(f, streams), graph.New(f, streams), explain.New(f, streams), status.New(f, streams), logs.New(f, streams), limits.New(f, streams), kinds.New(f, streams), wait.New(f, streams), check.New(f, streams), ui.New(f, streams), serve.New(f, streams),
		lint.New(f, streams), plan.New(f, streams), parse.New(f, streams), submit.New(f, streams), imitation.New(f, streams, systems()), importer.New(f, streams), running.New(f, streams, lint.Run), running.NewSchedule(f, streams, lint.Run), runs.New(f, streams), runs.NewPrune(f, streams), uninstall.New(f, streams),
		jobaction.NewHold(f, streams), jobaction.NewRelease(f, streams), jobaction.NewRetry(f, streams), jobaction.NewCancel(f, streams), jobaction.NewSet(f, streams), done.New(f, streams),
		newCmdCompletion(streams), newCmdVersion(f, streams), newCmdOptions(streams),
	)
	root.CompletionOptions.DisableDefaultCmd = true
	completeAll(root, f)
	asCalled(root, name)
	return root
}

// asCalled puts into the help of all commands how the user calls the program.
func asCalled(root *cobra.Command, name string) {
	if name == root.Name() {
		return
	}
	called := regexp.MustCompile(`\b` + root.Name() + ` `)
	for _, cmd := range root.Commands() {
		cmd.Example = called.ReplaceAllString(cmd.Example, name+" ")
		cmd.Long = strings.ReplaceAll(cmd.Long, `"`+root.Name()+" ", `"`+name+" ")
	}
}

// completer begins the name under which kubectl asks a plugin for completions.
const completer = "kubectl_complete-"

// commandLine returns how the user calls the program, and its arguments: kubectl
// runs a plugin, and what completes it, by the name of its file.
func commandLine(args []string) (name string, rest []string) {
	if len(args) == 0 {
		return "depctl", []string{} // of nil, cobra would make those of this process
	}
	base := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if plugin, ok := strings.CutPrefix(base, completer); ok {
		return "kubectl " + plugin, append([]string{cobra.ShellCompRequestCmd}, args[1:]...)
	}
	if plugin, ok := strings.CutPrefix(base, "kubectl-"); ok {
		return "kubectl " + plugin, args[1:]
	}
	return "depctl", args[1:]
}
