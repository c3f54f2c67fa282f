// Package attack has one test for each way in which a tenant, or bad luck, could harm
// another tenant or the gate. Each has an invariant, and prints it with its figures in
// one line of a table at the end.
//
//	go test -v ./test/attack                        the small sizes, in minutes
//	go test -v -timeout 2h ./test/attack -whole     the full ones; times are judged, too
//	go test -v ./test/attack -gate /tmp/depctl-gate another gate, for before and after
//
// Counts and bytes are judged always, times only with -whole: they are the
// machine's.
package attack

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"depctl.dev/test/sandbox"
)

var (
	program = flag.String("gate", "", "the gate that is attacked (default bin/depctl-gate)")
	whole   = flag.Bool("whole", false, "attack at full size, and judge times")
)

// size returns the one of two sizes that was asked for.
func size(small, full int) int {
	if *whole {
		return full
	}
	return small
}

// cluster is where all attacks take place, one after the other. Each has a gate of
// its own, and leaves nothing behind.
var cluster *sandbox.Sandbox

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) (code int) {
	var err error
	if cluster, err = sandbox.Start(context.Background(), sandbox.Options{Audit: true}); err == nil {
		defer func() {
			if err := cluster.Stop(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				code = 1
			}
		}()
		err = cluster.Install(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code = m.Run()
	fmt.Print(table(results))
	return code
}
