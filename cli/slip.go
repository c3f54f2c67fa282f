package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"depctl.dev/cli/internal/command"
	"depctl.dev/lang"
)

// knownCommand stands in for cobra's own check, whose error cannot be told
// from those of a command that ran.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := "unknown command %q"
	if near := cmd.Root().SuggestionsFor(args[0]); len(near) > 0 {
		return command.UsageErrorf(message+", did you mean %q?", args[0], near[0])
	}
	return command.UsageErrorf(message, args[0])
}

// wrongFlag returns the error of an option that cannot be read, with a near one if there is none
// of the name.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "" {
		var names []string
		cmd.Flags().VisitAll(func(flag *pflag.Flag) {
			if !flag.Hidden {
				names = append(names, flag.Name)
			}
		})
		if near := lang.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			return command.UsageErrorf("%v, did you mean --%s?", err, near)
		}
	}
	return &command.UsageError{Message: err.Error()}
}

// newCmdHelp stands in for cobra's "help", which knows no near command and ends with code 0 for
// one that there is not.
func newCmdHelp() *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND]",
		Short:                 "Print the help of a command",
		Long:                  "Print the help of a command, as its option --help does.",
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, given string) ([]string, cobra.ShellCompDirective) {
			var found []string
			for _, sub := range cmd.Root().Commands() {
				if sub.IsAvailableCommand() && len(args) == 0 && strings.HasPrefix(sub.Name(), given) {
					found = append(found, cobra.CompletionWithDesc(sub.Name(), sub.Short))
				}
			}
			return found, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, _, err := cmd.Root().Find(args)
			switch {
			case err != nil || about == cmd.Root() && len(args) > 0:
				return knownCommand(cmd, args)
			case len(args) > 1:
				return command.UsageErrorf("name one command")
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}
