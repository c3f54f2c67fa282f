package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	var o options
	var platforms, without string
	flag.StringVar(&o.source, "source", "../..", "directory of the repository")
	flag.StringVar(&o.out, "out", "../../out/release", "directory for the folder VERSION")
	flag.StringVar(&o.version, "version", "", "the version, such as v0.1.0")
	flag.StringVar(&o.registry, "registry", "depctl.dev", "registry, and path in it, in the names of images")
	flag.StringVar(&o.url, "url", "https://depctl.dev/releases", "where the folder VERSION can be downloaded, for krew's manifest")
	flag.StringVar(&o.key, "key", "", "file with the private key, an EC key of P-256 in PEM; without one nothing is signed")
	flag.StringVar(&platforms, "platforms", "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64", "platforms of depctl; those of linux are also those of images")
	flag.StringVar(&without, "without", "", "parts to leave out: scheduler, or images for all of them")
	flag.BoolVar(&o.dirty, "dirty", false, "allow changes that are not committed; the commit is then called dirty")
	flag.Parse()
	o.platforms = strings.Split(platforms, ",")
	if without != "" {
		o.without = strings.Split(without, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		stop()
		os.Exit(1)
	}
}
