package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/command"
)

const completionLong = `Print a script that makes a shell complete depctl's commands and options, and the
names of namespaces, contexts, Jobs and runs as they are in the cluster. After "depctl wait"
there are also the kinds of objects that the cluster has, and their names.

  bash        source <(depctl completion bash)
  zsh         source <(depctl completion zsh)
  fish        depctl completion fish | source
  powershell  depctl completion powershell | Out-String | Invoke-Expression

"make install" puts it where bash and fish look for it, and zsh below /usr and
/usr/local. Elsewhere, put that line into ~/.bashrc, ~/.zshrc,
~/.config/fish/config.fish or $PROFILE.

"kubectl depctl" needs no script: kubectl's own completion asks a program that is
called kubectl_complete-depctl. Under that name, as under kubectl-depctl, this is
the same program; "make install" makes the two links.`

const completionExample = `  source <(depctl completion bash)`

func newCmdCompletion(streams genericiooptions.IOStreams) *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(root *cobra.Command, out io.Writer) error { return root.GenBashCompletionV2(out, true) },
		"zsh":        (*cobra.Command).GenZshCompletion,
		"fish":       func(root *cobra.Command, out io.Writer) error { return root.GenFishCompletion(out, true) },
		"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
	}
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:                   "completion bash | zsh | fish | powershell",
		Short:                 "Print a script for a shell's completion",
		Long:                  completionLong,
		Example:               completionExample,
		ValidArgsFunction:     cobra.FixedCompletions(shells, cobra.ShellCompDirectiveNoFileComp),
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || scripts[args[0]] == nil {
				return command.UsageErrorf("name one shell: %s", strings.Join(shells, ", "))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return scripts[args[0]](cmd.Root(), streams.Out)
		},
	}
}
