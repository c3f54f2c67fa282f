package slurm

import (
	"errors"
	"strings"

	"depctl.dev/cli/batch"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/imitation"
)

// slurmVersion is the release whose manuals the commands go by. Programs ask for it.
const slurmVersion = "24.11.0"

// tool is one of the commands that was called.
type tool struct {
	*imitation.Session
	name string
}

func (t tool) version() int {
	t.Print("slurm %s\n", slurmVersion)
	return 0
}

func (t tool) usage(line string) int {
	t.Print("Usage: %s %s\n\nThis is depctl: what Kubernetes can do of %s(1). See docs/guide/slurm.md.\n", t.name, line, t.name)
	return 0
}

// said is an error in Slurm's own words.
type said string

func (s said) Error() string { return string(s) }

// fail reports an error, as Slurm does, and returns the exit status.
func (t tool) fail(err error) int {
	var problems request.Problems
	var all raw
	if errors.As(err, &all) {
		t.Complain("%s\n", string(all))
		return 1
	}
	if !errors.As(err, &problems) {
		t.Complain("%s: error: %s\n", t.name, imitation.Text(err.Error()))
		return 1
	}
	for _, p := range problems {
		t.Complain("%s: error: %s\n", t.name, imitation.Text(p.String()))
	}
	last := problems[len(problems)-1].Message
	if strings.Contains(last, "no such queue") {
		last = "Invalid partition name specified"
	}
	t.Complain("%s: error: Batch job submission failed: %s\n", t.name, last)
	return 1
}

// wrong reports a wrong command line.
func (t tool) wrong(format string, args ...any) int {
	t.Complain("%s: "+format+"\n", append([]any{t.name}, args...)...)
	t.Complain("Try \"%s --help\" for more information\n", t.name)
	return 1
}

// raw is an error whose text is all that is printed.
type raw string

func (r raw) Error() string { return string(r) }

const (
	// defaultPartition is what a queue is called that was not named.
	defaultPartition = batch.DefaultQueue
	clusterName      = "kubernetes"
)
