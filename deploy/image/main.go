package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func main() {
	var o options
	platforms := flag.String("platforms", "linux/amd64,linux/arm64", "platforms to build for")
	flag.StringVar(&o.source, "source", "../..", "directory of the main module")
	flag.StringVar(&o.out, "out", "../../out", "directory for the archive PROGRAM.tar and the OCI layout PROGRAM-image")
	flag.StringVar(&o.program, "program", "depctl-gate", "what to build: depctl-gate or depctl")
	flag.StringVar(&o.reference, "image", "", "name of the image, with registry and tag; depctl.dev/PROGRAM:dev by default")
	flag.Parse()
	if o.reference == "" {
		o.reference = "depctl.dev/" + o.program + ":dev"
	}
	o.platforms = strings.Split(*platforms, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	result, err := run(ctx, o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		stop()
		os.Exit(1)
	}
	result.print(os.Stdout)
}

// deployedBy says which manifests run a program.
var deployedBy = map[string]string{"depctl-gate": "deploy/base", "depctl": "deploy/ui"}

// options say what to build.
type options struct {
	source, out, program, reference string
	platforms                       []string
}

// result says what was built.
type result struct {
	tag             name.Tag
	digest          v1.Hash
	programs        []program
	archive, layout string
}

// run builds the image and writes it into o.out.
func run(ctx context.Context, o options) (result, error) {
	tag, err := name.NewTag(o.reference, name.StrictValidation)
	if err != nil {
		return result{}, fmt.Errorf("--image %q must be REGISTRY/NAME:TAG: %w", o.reference, err)
	}
	programs := make([]program, 0, len(o.platforms))
	for _, text := range o.platforms {
		platform, err := v1.ParsePlatform(text)
		if err != nil || platform.OS != "linux" || platform.Architecture == "" {
			return result{}, fmt.Errorf("--platforms: %q is not linux/ARCHITECTURE", text)
		}
		p, err := compile(ctx, o.source, o.program, *platform)
		if err != nil {
			return result{}, fmt.Errorf("building %s for %s: %w", o.program, platform, err)
		}
		programs = append(programs, p)
	}
	index, err := indexOf(programs)
	if err != nil {
		return result{}, fmt.Errorf("making the image: %w", err)
	}
	r := result{
		tag: tag, programs: programs,
		archive: filepath.Join(o.out, o.program+".tar"),
		layout:  filepath.Join(o.out, o.program+"-image"),
	}
	if r.digest, err = index.Digest(); err != nil {
		return result{}, err
	}
	if err := writeLayout(r.layout, index, tag.Name()); err != nil {
		return result{}, fmt.Errorf("writing the OCI layout: %w", err)
	}
	if err := writeArchive(r.archive, r.layout); err != nil {
		return result{}, fmt.Errorf("writing the archive: %w", err)
	}
	return r, nil
}

// print says what was built and what to do with it.
func (r result) print(w io.Writer) {
	platforms := make([]string, 0, len(r.programs))
	for _, p := range r.programs {
		platforms = append(platforms, p.platform.String())
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
`, r.tag, r.digest, strings.Join(platforms, ", "), r.programs[0].version, r.programs[0].commit, r.archive, r.layout, deployedBy[r.programs[0].name], r.programs[0].name)
}
