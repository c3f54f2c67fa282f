package call

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"depctl.dev/cli/internal/command"
)

// ErrUnknown is the error for a name that is in no table.
var ErrUnknown = errors.New("there is no such command for a page")

// Line returns the arguments of the command that a name of the reads runs with these values.
func Line(name string, values url.Values) ([]string, error) { return line(reads, name, values) }

// Action is what a page wants to have done.
type Action struct {
	Action    string            `json:"action"`
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"`
	Options   map[string]string `json:"options"`
	DryRun    bool              `json:"dryRun"`
}

// ActLine returns the arguments of the command that does an action, or says what it would do.
func ActLine(a Action) ([]string, error) {
	values := url.Values{"namespace": {a.Namespace}}
	if a.Name != "" {
		values.Set("name", a.Name)
	}
	for key, value := range a.Options {
		if values.Has(key) {
			return nil, command.UsageErrorf("%q is no option", key)
		}
		values.Set(key, value)
	}
	args, err := line(acts, a.Action, values)
	if err != nil {
		return nil, err
	}
	more := []string{}
	switch {
	case a.DryRun:
		more = []string{"--dry-run=" + string(command.DryRunServer)}
	case acts[a.Action].asks:
		more = []string{"--yes"}
	}
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	return slices.Insert(args, at, more...), nil
}

// line makes the command line of an entry: the command, arguments, options, and what stands
// behind "--". No value begins an argument of its own that could be an option.
func line(table map[string]entry, name string, values url.Values) ([]string, error) {
	e, there := table[name]
	if !there {
		return nil, fmt.Errorf("%w: %q", ErrUnknown, name)
	}
	if err := e.knows(values); err != nil {
		return nil, err
	}
	args := []string{e.command}
	if e.about != "" {
		args = append(args, e.about)
	}
	var options, end []string
	namespace, err := e.namespace(values)
	if err != nil {
		return nil, err
	}
	if namespace != "" {
		options = append(options, namespace)
	}
	for _, p := range e.parameters {
		if !values.Has(p.name) {
			continue
		}
		text := values.Get(p.name)
		if err := p.check(text, values.Get("namespace")); err != nil {
			return nil, command.UsageErrorf("%s: %v", p.name, err)
		}
		switch p.place {
		case argument:
			args = append(args, p.prefix+text)
		case option:
			options = append(options, "--"+p.name+"="+text)
		case toggle:
			if text == "true" || text == "1" {
				options = append(options, "--"+p.name)
			}
		case last:
			end = append(end, "--", text)
		}
	}
	return slices.Concat(args, options, e.fixed, end), nil
}

// knows returns an error for what an entry does not take, takes once, or must have.
func (e entry) knows(values url.Values) error {
	for _, key := range slices.Sorted(maps.Keys(values)) {
		known := key == "namespace" && e.scope != noNamespace || slices.ContainsFunc(e.parameters, func(p parameter) bool { return p.name == key })
		switch {
		case !known:
			return command.UsageErrorf("depctl %s takes no %q from a page", e.command, key)
		case len(values[key]) != 1:
			return command.UsageErrorf("%q is given %d times", key, len(values[key]))
		}
	}
	if len(e.either) > 0 && !slices.ContainsFunc(e.either, func(key string) bool { return values.Get(key) != "" }) {
		return command.UsageErrorf("%s is missing", strings.Join(e.either, " or "))
	}
	return nil
}

// namespace returns the option that says which namespaces are meant.
func (e entry) namespace(values url.Values) (string, error) {
	switch namespace := values.Get("namespace"); {
	case e.scope == noNamespace:
		return "", nil
	case namespace != "":
		if err := checkLabel(namespace); err != nil {
			return "", command.UsageErrorf("namespace: %v", err)
		}
		return "--namespace=" + namespace, nil
	case e.scope == orAll:
		return "--all-namespaces", nil
	}
	return "", command.UsageErrorf("namespace is missing")
}

// Shown returns a command line as one types it into a shell. more, such as --context=prod, are
// options of the connection.
func Shown(args, more []string) string {
	words := []string{"depctl"}
	at := slices.Index(args, "--")
	if at < 0 {
		at = len(args)
	}
	for _, arg := range slices.Concat(args[:at], more, args[at:]) {
		words = append(words, shell(arg))
	}
	return strings.Join(words, " ")
}
