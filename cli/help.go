package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/command"
)

// printUsage writes what follows the description in a help text.
func printUsage(cmd *cobra.Command) error {
	var b strings.Builder
	section := func(title, body string) {
		if body = strings.Trim(body, "\n"); body != "" {
			fmt.Fprintf(&b, "%s:\n%s\n\n", title, body)
		}
	}
	section("Examples", cmd.Example)
	section("Commands", commandList(cmd))
	section("Options", flagList(shownFlags(cmd)))
	section("Usage", "  "+usageLine(cmd))
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "Use %q for more about a command.\n", cmd.CommandPath()+" COMMAND --help")
	}
	fmt.Fprintf(&b, "Use %q for the options that all commands have.\n", cmd.Root().CommandPath()+" options")
	_, err := io.WriteString(cmd.OutOrStderr(), b.String())
	return err
}

func shownFlags(cmd *cobra.Command) *pflag.FlagSet {
	shown := pflag.NewFlagSet(cmd.Name(), pflag.ContinueOnError)
	shown.AddFlagSet(cmd.LocalNonPersistentFlags())
	if extent, ok := cmd.Annotations[command.AsksCluster]; ok {
		names := []string{"context", "kubeconfig", "namespace"}
		if extent == command.WholeCluster {
			names = names[:2]
		}
		for _, name := range names {
			shown.AddFlag(cmd.InheritedFlags().Lookup(name))
		}
	}
	return shown
}

func usageLine(cmd *cobra.Command) string {
	if cmd.HasAvailableSubCommands() {
		return cmd.CommandPath() + " COMMAND [options]"
	}
	return cmd.UseLine()
}

func commandList(cmd *cobra.Command) string {
	var b strings.Builder
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			fmt.Fprintf(&b, "  %-*s  %s\n", sub.NamePadding(), sub.Name(), sub.Short)
		}
	}
	return b.String()
}

// flagList returns one paragraph for each flag. That of pflag spells out both
// values of every switch.
func flagList(flags *pflag.FlagSet) string {
	var names, texts []string
	column := 0
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		value, text := pflag.UnquoteUsage(flag)
		name := "      --" + flag.Name
		if flag.Shorthand != "" {
			name = "  -" + flag.Shorthand + ", --" + flag.Name
		}
		if value != "" {
			name += " " + value
		}
		names, texts = append(names, name), append(texts, text)
		column = max(column, len(name)+command.Gap)
	})
	var b strings.Builder
	for i, name := range names {
		b.WriteString(name + strings.Repeat(" ", column-len(name)))
		b.WriteString(strings.Join(command.Wrap(texts[i], command.HelpWidth-column), "\n"+strings.Repeat(" ", column)))
		b.WriteByte('\n')
	}
	return b.String()
}

func newCmdOptions(streams genericiooptions.IOStreams) *cobra.Command {
	return &cobra.Command{
		Use:                   "options",
		Short:                 "List the options that all commands have",
		Long:                  "List the options that all commands have: which cluster to ask, and as whom.\nThey are kubectl's.",
		Args:                  command.NoArguments,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(streams.Out, flagList(cmd.InheritedFlags()))
			return err
		},
	}
}
