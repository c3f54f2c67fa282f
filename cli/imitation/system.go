package imitation

import (
	"cmp"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// System is a batch system whose commands depctl imitates.
type System struct {
	// Name is what "depctl as" calls it, and Title what people do.
	Name, Title string
	// Dialect is that of package batch.
	Dialect  string
	Commands []Command
}

// Command is one of the commands of a system.
type Command struct {
	Name string
	// Run does what the real command does, and returns its exit status.
	Run func(ctx context.Context, s *Session, args []string) int
}

// Variables by which "depctl as" tells the commands what it was told.
const (
	// SystemVariable has the name of the system: qsub is of several.
	SystemVariable = "DEPCTL_AS"
	// NamespaceVariable and ContextVariable have -n and --context.
	NamespaceVariable = "DEPCTL_NAMESPACE"
	ContextVariable   = "DEPCTL_CONTEXT"
	// ImageVariable has the image of Jobs for which the site file names none.
	ImageVariable = "DEPCTL_IMAGE"
)

// Find returns what is to be run by the name of the program, args[0]: ok is false if it
// is the command of no system. Where several systems have it, the environment says which,
// or else the link that the shell has found: it leads to one that is called after the
// system.
func Find(systems []*System, program string) (of *System, cmd Command, ok bool) {
	name := strings.TrimSuffix(filepath.Base(program), ".exe")
	var found []*System
	for _, s := range systems {
		if slices.ContainsFunc(s.Commands, func(c Command) bool { return c.Name == name }) {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil, Command{}, false
	}
	of = found[0]
	if len(found) > 1 {
		wanted := cmp.Or(linkedAs(program), os.Getenv(SystemVariable))
		if i := slices.IndexFunc(found, func(s *System) bool { return s.Name == wanted }); i >= 0 {
			of = found[i]
		}
	}
	i := slices.IndexFunc(of.Commands, func(c Command) bool { return c.Name == name })
	return of, of.Commands[i], true
}

// linkedAs returns the system after which the link is called that a program leads to.
func linkedAs(program string) string {
	file, err := exec.LookPath(program)
	if err != nil {
		return ""
	}
	target, err := os.Readlink(file)
	if err != nil {
		return ""
	}
	name, _ := strings.CutPrefix(filepath.Base(target), linkPrefix)
	return name
}
