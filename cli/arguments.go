package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageErrorf("unexpected argument %q", args[0])
	}
	return nil
}

// notReadable is an expression of the command line that cannot be read.
func notReadable(name string, err error) error {
	var mistakes *lang.Diagnostics
	if errors.As(err, &mistakes) {
		return usageErrorf("%s cannot be read:\n%s", name, lang.Source{Name: name, Text: mistakes.Text}.Draw(mistakes.List))
	}
	return usageErrorf("%s cannot be read: %v", name, err)
}

// jobNamed reads the name of a Job on the command line.
func jobNamed(name, namespace string) (lang.Ref, error) {
	ref, err := reference.Parse(name, namespace)
	if err != nil {
		return ref, usageErrorf("%s", err)
	}
	return ref, nil
}
