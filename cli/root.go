package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"
)

const rootLong = `depctl shows what Kubernetes Jobs wait for.

A Job names the Jobs that must succeed before it runs in the annotation
depctl.dev/depends-on. Until then it is suspended; the gate, depctl-gate,
releases it.

Exit codes: 0 done, 1 it failed, 2 the command line was wrong.
Those of lint are in its help.`

func newRoot(name string, f *factory, streams genericiooptions.IOStreams) *cobra.Command {
	root := &cobra.Command{
		Use:           "depctl",
		Short:         "Show what Kubernetes Jobs wait for",
		Long:          rootLong,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: name},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SuggestionsMinimumDistance = 2
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err.Error()} })
	root.SetUsageFunc(printUsage)
	f.flags.AddFlags(root.PersistentFlags())
	root.AddCommand(
		newCmdGraph(f, streams), newCmdLint(f, streams), newCmdParse(f, streams), newCmdPlan(f, streams), newCmdUninstall(f, streams),
		newCmdVersion(f, streams), newCmdOptions(streams),
	)
	return root
}

// knownCommand stands in for cobra's own check, whose error cannot be told
// from those of a command that ran.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := "unknown command %q"
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageErrorf(message+", did you mean %q?", args[0], near[0])
	}
	return usageErrorf(message, args[0])
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageErrorf("unexpected argument %q", args[0])
	}
	return nil
}

// displayName returns how the user calls the program: kubectl runs a plugin by
// the name of its file.
func displayName(args []string) string {
	if len(args) > 0 {
		if plugin, ok := strings.CutPrefix(filepath.Base(args[0]), "kubectl-"); ok {
			return "kubectl " + strings.TrimSuffix(plugin, ".exe")
		}
	}
	return "depctl"
}
