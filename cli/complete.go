package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"depctl.dev/cli/internal/cluster"
	"depctl.dev/cli/picture"
	"depctl.dev/gate"
)

// completeAll gives every command what it lacks: names of Jobs where its usage line
// speaks of a JOB, nothing where it speaks of no file, and values of options by the
// option's name.
func completeAll(root *cobra.Command, f *cluster.Factory) {
	register := func(cmd *cobra.Command, flags *pflag.FlagSet, values map[string]cobra.CompletionFunc) {
		for name, complete := range values {
			if flag := flags.Lookup(name); flag != nil {
				if _, there := cmd.GetFlagCompletionFunc(name); !there {
					_ = cmd.RegisterFlagCompletionFunc(name, complete)
				}
			}
		}
	}
	register(root, root.PersistentFlags(), map[string]cobra.CompletionFunc{
		"namespace": f.CompleteNamespaces,
		"context":   f.CompleteKubeconfig(func(k cluster.KubeconfigNames) []string { return k.Contexts }),
		"cluster":   f.CompleteKubeconfig(func(k cluster.KubeconfigNames) []string { return k.Clusters }),
		"user":      f.CompleteKubeconfig(func(k cluster.KubeconfigNames) []string { return k.Users }),
	})
	for _, cmd := range root.Commands() {
		switch {
		case cmd.ValidArgsFunction != nil || len(cmd.ValidArgs) > 0:
		case strings.Contains(cmd.Use, "JOB"):
			cmd.ValidArgsFunction = f.CompleteJobs(func(gate.Job) bool { return true })
		case strings.Contains(cmd.Use, "cronjob/NAME"):
			cmd.ValidArgsFunction = f.OrCronJobs(cobra.NoFileCompletions)
		case !strings.Contains(cmd.Use, "FILE"):
			cmd.ValidArgsFunction = cobra.NoFileCompletions
		}
		values := map[string]cobra.CompletionFunc{
			"state":      completeList(states()),
			"run":        f.CompleteRuns,
			"dry-run":    cobra.FixedCompletions([]string{"none", "client", "server"}, cluster.NoFiles),
			"on-failure": cobra.FixedCompletions([]string{"fail\tthe Job fails", "wait\tit waits on", "run\tit runs when all is over"}, cluster.NoFiles),
			"color":      cobra.FixedCompletions([]string{"auto", "always", "never"}, cluster.NoFiles),
		}
		if output := cmd.Flags().Lookup("output"); output != nil {
			values["output"] = cobra.FixedCompletions(formats(output.Usage), cluster.NoFiles)
		}
		register(cmd, cmd.Flags(), values)
	}
}

// formats returns the output formats that the help of an option names.
func formats(usage string) []string {
	_, list, _ := strings.Cut(usage, "Output format: ")
	list, _, _ = strings.Cut(list, ".")
	list, _, _ = strings.Cut(list, ", of ")
	return regexp.MustCompile(`[a-z-]{3,}`).FindAllString(list, -1)
}

func states() []string {
	return []string{
		string(gate.StateMissing), string(gate.StateInvalid), string(gate.StateHeld), string(gate.StateWaiting), string(gate.StateBlocked),
		string(gate.StateSuspended), string(gate.StatePending), string(gate.StateRunning), string(gate.StateSucceeded),
		string(gate.StateFailed), string(gate.StateSkipped), string(picture.StateUnknown),
	}
}

// completeList completes the last word of a list with commas.
func completeList(words []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, given string) ([]string, cobra.ShellCompDirective) {
		before := given[:strings.LastIndex(given, ",")+1]
		var found []string
		for _, word := range words {
			if !slices.Contains(strings.Split(before, ","), word) {
				found = append(found, before+word)
			}
		}
		return found, cluster.NoFiles | cobra.ShellCompDirectiveNoSpace
	}
}
