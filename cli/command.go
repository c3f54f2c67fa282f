package cli

import (
	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/internal/cluster"
)

// Command returns depctl as a tree of commands, of which its reference page and
// its man pages are made.
func Command(streams genericiooptions.IOStreams) *cobra.Command {
	return newRoot("depctl", cluster.NewFactory(Build{}), streams)
}
