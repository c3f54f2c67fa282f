package call

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"depctl.dev/cli/internal/command"
	"depctl.dev/cli/reference"
	"depctl.dev/lang"
)

// check returns why a value cannot be what it is given for. namespace is that of the call.
type check func(value, namespace string) error

// The longest values. An expression may be as long as an annotation nearly.
const (
	longestExpression = 192 << 10
	longestText       = 1 << 10
	longestName       = 253
)

var (
	plain = regexp.MustCompile(`^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$`)
	label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)
	safe  = regexp.MustCompile(`^[-A-Za-z0-9_@%+=:,./]+$`)
)

// checkLabel is that of namespaces.
func checkLabel(value string) error {
	if len(value) > 63 || !label.MatchString(value) {
		return fmt.Errorf("%q is not the name of a namespace", short(value))
	}
	return nil
}

// checkPlain takes the name of one object, or of a step.
func checkPlain(value, _ string) error {
	if len(value) > longestName || !plain.MatchString(value) {
		return fmt.Errorf("%q is not a name", short(value))
	}
	return nil
}

// checkName takes what names one thing in the namespace of the call: NAME, or KIND/NAME. A
// namespace before the name, or a pattern, would be more than was asked for.
func checkName(value, namespace string) error {
	if named, is := command.CronJobNamed(value); is {
		return checkPlain(named, namespace)
	}
	ref, err := command.Named(value, namespace)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not the name of a Job, or KIND/NAME", short(value))
	case ref.Namespace != namespace || reference.IsPattern(ref.Name):
		return fmt.Errorf("%q is not one name in namespace %s", short(value), namespace)
	}
	kind, _, slash := strings.Cut(value, "/")
	if !slash {
		kind = ""
	}
	if kind != "" && !plain.MatchString(kind) {
		return fmt.Errorf("%q is not a kind", short(kind))
	}
	return checkPlain(ref.Name, namespace)
}

func checkRun(value, _ string) error {
	if value == "" {
		return errors.New("the name of the run is missing")
	}
	return command.ValidateRun(value)
}

func checkNumber(value, _ string) error {
	if _, err := strconv.ParseUint(value, 10, 31); err != nil {
		return fmt.Errorf("%q is not a number", short(value))
	}
	return nil
}

func checkIndexes(value, _ string) error {
	if _, err := lang.ParseIndexes(value); err != nil || value == "" {
		return fmt.Errorf("%q: write indexes in order, as in 3 or 3,5-7", short(value))
	}
	return nil
}

func checkStates(value, _ string) error {
	_, err := command.States(strings.Split(value, ","))
	return err
}

func checkTime(value, _ string) error {
	if _, err := time.Parse(time.RFC3339, value); err != nil {
		return fmt.Errorf("%q: write a time as in 2026-11-29T02:00:00Z", short(value))
	}
	return nil
}

func checkToggle(value, _ string) error {
	switch value {
	case "true", "false", "1", "0", "":
		return nil
	}
	return fmt.Errorf("%q is neither true nor false", short(value))
}

// checkText takes one line of text; what it means is the command's.
func checkText(value, _ string) error {
	switch {
	case len(value) > longestText:
		return fmt.Errorf("it is longer than %d bytes", longestText)
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("it is not one line of text")
	}
	return nil
}

// checkExpression takes what a person may type. "-" would be standard input.
func checkExpression(value, _ string) error {
	switch {
	case strings.TrimSpace(value) == "":
		return errors.New("there is no expression")
	case strings.TrimSpace(value) == "-":
		return errors.New(`"-" is not an expression`)
	case len(value) > longestExpression:
		return fmt.Errorf("it is longer than %d bytes", longestExpression)
	case !utf8.ValidString(value):
		return errors.New("it is not UTF-8")
	}
	return nil
}

// short bounds what of a value is said again.
func short(value string) string {
	if len(value) > 80 {
		return value[:80] + "..."
	}
	return value
}

// shell returns an argument as one word of a POSIX shell.
func shell(arg string) string {
	if safe.MatchString(arg) {
		return arg
	}
	option, value, is := strings.Cut(arg, "=")
	if is && strings.HasPrefix(option, "--") && safe.MatchString(option) {
		return option + "=" + quote(value)
	}
	return quote(arg)
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
