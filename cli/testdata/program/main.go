package main

import (
	"os"

	"depctl.dev/cli"
)

func main() {
	os.Exit(cli.Main(os.Args, cli.Build{Version: "v1.2.3", Commit: "abc", Go: "go1.26"}))
}
