package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"depctl.dev/deploy/image/build"
)

func main() {
	var o build.Options
	platforms := flag.String("platforms", "linux/amd64,linux/arm64", "platforms to build for")
	flag.StringVar(&o.Source.Dir, "source", "../..", "directory of the main module")
	flag.StringVar(&o.Out, "out", "../../out", "directory for the archive PROGRAM.tar and the OCI layout PROGRAM-image")
	flag.StringVar(&o.Program, "program", "depctl-gate", "what to build: depctl-gate, depctl or depctl-scheduler")
	flag.StringVar(&o.Reference, "image", "", "name of the image, with registry and tag; depctl.dev/PROGRAM:dev by default")
	flag.Parse()
	if o.Reference == "" {
		o.Reference = "depctl.dev/" + o.Program + ":dev"
	}
	o.Platforms = strings.Split(*platforms, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	result, err := build.Run(ctx, o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		stop()
		os.Exit(1)
	}
	report(os.Stdout, result)
}

// deployedBy says which manifests run a program.
var deployedBy = map[string]string{"depctl-gate": "deploy/base", "depctl": "deploy/ui", build.Scheduler: "deploy/scheduler"}

// report says what was built and what to do with it.
func report(w io.Writer, r build.Result) {
	platforms := make([]string, 0, len(r.Programs))
	for _, p := range r.Programs {
		platforms = append(platforms, p.Platform.String())
	}
	fmt.Fprintf(w, `
image      %[1]s
digest     %[2]s
platforms  %[3]s
version    %[4]s, commit %[5]s
archive    %[6]s

Put it on a node, and %[8]s finds it by that name:

    kind load image-archive %[6]s
    ctr --namespace k8s.io images import %[6]s      # on a node with containerd

or push it to your registry:

    go -C deploy/image tool crane push %[7]s REGISTRY/%[9]s:TAG

and name that in a kustomization over %[8]s:

    images:
      - name: depctl.dev/%[9]s
        newName: REGISTRY/%[9]s
        digest: %[2]s
`, r.Tag, r.Digest, strings.Join(platforms, ", "), r.Programs[0].Version, r.Programs[0].Commit, r.Archive, r.Layout, deployedBy[r.Programs[0].Name], r.Programs[0].Name)
}
