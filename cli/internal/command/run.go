package command

import (
	"github.com/spf13/pflag"

	"depctl.dev/lang"
)

// AddRunFlag adds --run for a command that can keep to one run.
func AddRunFlag(flags *pflag.FlagSet, run *string) {
	flags.StringVar(run, "run", "", "Keep to the run of this `NAME`: the names of Jobs are those of its steps.")
}

// ValidateRun returns a UsageError for what cannot be the name of a run; none is none.
func ValidateRun(run string) error {
	if run == "" || lang.IsRunName(run) {
		return nil
	}
	return UsageErrorf("--run %q: a run has a name of 1 to 63 letters, digits, -, _ and ., which starts and ends with a letter or a digit", run)
}
