// Command depctl shows what Kubernetes Jobs wait for. It also works as a
// kubectl plugin, as "kubectl depctl", under the name kubectl-depctl.
package main

import (
	"os"

	"depctl.dev/cli"
	"depctl.dev/cmd/version"
)

func main() {
	os.Exit(cli.Main(os.Args, cli.Build(version.Get())))
}
