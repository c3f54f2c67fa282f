package command

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"depctl.dev/cli/reference"
	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// NoArguments refuses arguments, and says that the command takes none.
func NoArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return UsageErrorf("unexpected argument %q", args[0])
	}
	return nil
}

// In says in which namespace something was looked for; nothing if in all.
func In(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in namespace " + namespace
}

// NotReadable is an expression of the command line that cannot be read.
func NotReadable(name string, err error) error {
	var mistakes *lang.Diagnostics
	if errors.As(err, &mistakes) {
		return UsageErrorf("%s cannot be read:\n%s", name, lang.Source{Name: name, Text: mistakes.Text}.Draw(mistakes.List))
	}
	return UsageErrorf("%s cannot be read: %v", name, err)
}

// JobNamed reads the name of a Job on the command line.
func JobNamed(name, namespace string) (lang.Ref, error) {
	ref, err := reference.Parse(name, namespace)
	if err != nil {
		return ref, UsageErrorf("%s", err)
	}
	return ref, nil
}

// Named reads the name of a Job, or of an object of another kind that waits as Jobs do. It may be
// a pattern, for several.
func Named(argument, namespace string) (lang.Ref, error) {
	ref, is := HeldNamed(argument, namespace)
	if !is {
		var err error
		if ref, err = JobNamed(argument, namespace); err != nil {
			return ref, err
		}
	}
	if ref.Namespace == "" {
		return ref, UsageErrorf("with -A a Job is called NAMESPACE/NAME, not %q", argument)
	}
	if err := reference.CheckPattern(ref.Name); err != nil {
		return ref, UsageErrorf("%s", err)
	}
	return ref, nil
}

// CronJobNamed returns the CronJob that an argument such as cronjob/NAME names, and whether it
// names one.
func CronJobNamed(argument string) (string, bool) {
	kind, name, _ := strings.Cut(argument, "/")
	switch kind {
	case "cronjob", "cronjobs", "cj", "cronjob.batch", "cronjobs.batch":
		return name, name != "" && !strings.Contains(name, "/")
	}
	return "", false
}

// HeldNamed returns the object of a kind that is held beside Jobs that an argument such as deployment/NAME
// names, or deployment:NAME as expressions have it, and whether it names one.
func HeldNamed(argument, namespace string) (lang.Ref, bool) {
	word, name, found := strings.Cut(argument, ":")
	if !found {
		word, name, found = strings.Cut(argument, "/")
	}
	k, _ := kind.Of(word)
	if !found || !k.CanBeHeld() || name == "" {
		return lang.Ref{}, false
	}
	if before, after, slash := strings.Cut(name, "/"); slash {
		namespace, name = before, after
	}
	return lang.Ref{Kind: k.Name, Namespace: namespace, Name: name}, true
}
