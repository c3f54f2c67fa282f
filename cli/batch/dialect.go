package batch

import (
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/batch/depctl"
	"depctl.dev/cli/batch/gridengine"
	"depctl.dev/cli/batch/lsf"
	"depctl.dev/cli/batch/pbs"
	"depctl.dev/cli/batch/request"
	"depctl.dev/cli/batch/slurm"
)

// Depctl is the name of the dialect of depctl's own options.
const Depctl = "depctl"

// table has all dialects. It is made anew for each request: a dialect keeps in its
// entry what several options say together.
type table []*request.Dialect

// dialects returns the table, with depctl's own first.
func dialects() table {
	return table{depctl.Dialect(), slurm.Dialect(), gridengine.Dialect(), pbs.Dialect(), lsf.Dialect()}
}

// named returns the dialect of this name, nil if there is none.
func (t table) named(name string) *request.Dialect {
	for _, d := range t {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Dialects returns the names of all dialects, depctl's own first.
func Dialects() []string {
	var names []string
	for _, d := range dialects() {
		names = append(names, d.Name)
	}
	return names
}

// CheckDialect returns an error if a name is neither empty nor that of a dialect.
func CheckDialect(name string) error {
	if name == "" || slices.Contains(Dialects(), name) {
		return nil
	}
	return fmt.Errorf("unknown dialect %q, there are %s", name, strings.Join(Dialects(), ", "))
}

// Flag is one of depctl's own options, for a command line.
type Flag struct {
	// Name has no dashes. Value names its value in help texts, and is empty for a
	// switch.
	Name, Value, Help string
}

// Flags returns depctl's own options, in the order of help texts.
func Flags() []Flag {
	var flags []Flag
	for _, o := range dialects().named(Depctl).Options {
		flags = append(flags, Flag{strings.TrimPrefix(o.Names, "--"), o.Value, o.Help})
	}
	return flags
}
