package slurm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// flags returns the options that all commands have.
func (t tool) flags() *pflag.FlagSet {
	flags := pflag.NewFlagSet(t.name, pflag.ContinueOnError)
	flags.SetOutput(new(strings.Builder))
	flags.Usage = func() {}
	flags.Bool("help", false, "")
	flags.Bool("usage", false, "")
	flags.BoolP("version", "V", false, "")
	return flags
}

// ignore takes switches that change nothing here: a long name, and its letter behind it.
func (t tool) ignore(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		long, letter, _ := strings.Cut(name, " ")
		flags.BoolP(long, letter, false, "")
	}
}

// ignoreValues does so with options that have a value.
func (t tool) ignoreValues(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		long, letter, _ := strings.Cut(name, " ")
		flags.StringP(long, letter, "", "")
	}
}

// refuse takes options that are refused by name, each with what to do.
func (t tool) refuse(flags *pflag.FlagSet, hints map[string]string) {
	for name, hint := range hints {
		long, letter, _ := strings.Cut(name, " ")
		flags.VarP(&refusal{"--" + long, hint}, long, letter, "")
		flags.Lookup(long).NoOptDefVal = "true"
	}
}

// refusal is an option that cannot be had.
type refusal struct{ name, hint string }

func (r *refusal) String() string { return "" }
func (r *refusal) Type() string   { return "" }

func (r *refusal) Set(string) error { return &refused{r.name, r.hint} }

type refused struct{ name, hint string }

func (r *refused) Error() string {
	return fmt.Sprintf("%s is not done here\n  %s", r.name, r.hint)
}

// parse reads the command line. done says that all was said already, and code the exit
// status.
func (t tool) parse(flags *pflag.FlagSet, args []string, usage string) (done bool, code int) {
	err := flags.Parse(args)
	var no *refused
	switch {
	case errors.As(err, &no):
		return true, t.fail(no)
	case err != nil:
		return true, t.wrong("%s", getoptWords(err.Error()))
	}
	if is, _ := flags.GetBool("version"); is {
		return true, t.version()
	}
	for _, name := range []string{"help", "usage"} {
		if is, _ := flags.GetBool(name); is {
			return true, t.usage(usage)
		}
	}
	return false, 0
}

// getoptWords says what pflag says as getopt does.
func getoptWords(text string) string {
	if name, ok := strings.CutPrefix(text, "unknown flag: "); ok {
		return "unrecognized option '" + name + "'"
	}
	if rest, ok := strings.CutPrefix(text, "unknown shorthand flag: "); ok {
		letter, _, _ := strings.Cut(rest, " in ")
		return "invalid option -- " + letter
	}
	if rest, ok := strings.CutPrefix(text, "flag needs an argument: "); ok {
		if letter, _, short := strings.Cut(rest, " in "); short {
			return "option requires an argument -- " + letter
		}
		return "option '" + rest + "' requires an argument"
	}
	return text
}
