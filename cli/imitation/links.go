package imitation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// linkPrefix begins the name of the link that all commands of a system lead to.
const linkPrefix = ".depctl-"

// Link makes a folder of links: each command of the system leads to .depctl-SYSTEM, which
// leads to the program. What is no link of that kind is left alone, and is an error.
func Link(folder, program string, s *System) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("making the folder for the commands of %s: %w", s.Title, err)
	}
	hub := linkPrefix + s.Name
	if err := link(program, filepath.Join(folder, hub), func(string) bool { return true }); err != nil {
		return err
	}
	for _, c := range s.Commands {
		ours := func(target string) bool { return filepath.Dir(target) == "." && strings.HasPrefix(target, linkPrefix) }
		if err := link(hub, filepath.Join(folder, c.Name), ours); err != nil {
			return err
		}
	}
	return nil
}

// link makes a link in place of one that is ours. Several may do so at once: the name
// always leads somewhere.
func link(target, name string, ours func(target string) bool) error {
	now, err := os.Readlink(name)
	switch {
	case err == nil && now == target:
		return nil
	case err == nil && !ours(now):
		return fmt.Errorf("%s is a link to %s, and not of depctl: choose another folder, or remove it", name, now)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s is there already, and is no link of depctl: choose another folder, or remove it", name)
	}
	made := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.Symlink(target, made); err != nil {
		return fmt.Errorf("making the link %s: %w", name, err)
	}
	if err := os.Rename(made, name); err != nil {
		return errors.Join(fmt.Errorf("making the link %s: %w", name, err), os.Remove(made))
	}
	return nil
}
