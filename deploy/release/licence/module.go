package licence

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"depctl.dev/deploy/image/build"
)

// own is the module of depctl, and of its parts.
const own = "depctl.dev"

// Module is a module of which a program holds packages.
type Module struct {
	Path, Version string
	// NPM is whether it is a package of npm, and not a module of Go.
	NPM bool
	// Texts are its licences and notices, by their paths in it.
	Texts []Text
}

// Text is a file with a licence or a notice.
type Text struct{ Name, Content string }

// Of returns the modules of a program for one platform, in the order of their paths.
func Of(ctx context.Context, source, program string, platform v1.Platform) ([]Module, error) {
	dir, pattern := source, "./cmd/"+program
	if program == build.Scheduler {
		dir, pattern = filepath.Join(source, "cmd", program), "."
	}
	list := exec.CommandContext(ctx, "go", "list", "-deps", "-f",
		"{{with .Module}}{{.Path}}\t{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}\t{{.Dir}}\t{{$.Dir}}{{end}}", pattern)
	list.Dir, list.Env, list.Stderr = dir, build.Environment(platform), os.Stderr
	out, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	modules := map[string]*Module{}
	looked := map[string]bool{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) != 4 || fields[0] == own || strings.HasPrefix(fields[0], own+"/") {
			continue
		}
		m := modules[fields[0]]
		if m == nil {
			m = &Module{Path: fields[0], Version: fields[1]}
			modules[fields[0]] = m
		}
		// The licence of a package is in its folder, or above that.
		for at := fields[3]; !looked[at]; at = filepath.Dir(at) {
			looked[at] = true
			texts, err := textsIn(fields[2], at)
			if err != nil {
				return nil, err
			}
			m.Texts = append(m.Texts, texts...)
			if at == fields[2] {
				break
			}
		}
	}
	var all []Module
	for _, m := range modules {
		slices.SortFunc(m.Texts, func(a, b Text) int { return cmp.Compare(a.Name, b.Name) })
		all = append(all, *m)
	}
	slices.SortFunc(all, order)
	return all, nil
}

// textsIn returns the licences and notices in a folder of a module.
func textsIn(module, dir string) ([]Text, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts []Text
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		stem, _, _ := strings.Cut(name, ".")
		stem, _, _ = strings.Cut(stem, "-")
		if !entry.Type().IsRegular() || !slices.Contains([]string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"}, stem) || strings.HasSuffix(name, ".GO") ||
			strings.HasSuffix(name, ".DOCS") { // of what is not compiled in
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		path, err := filepath.Rel(module, filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, Text{filepath.ToSlash(path), string(content)})
	}
	return texts, nil
}

func order(a, b Module) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Version, b.Version))
}

// Union returns the modules of several platforms, each once.
func Union(lists ...[]Module) []Module {
	all := slices.Concat(lists...)
	slices.SortFunc(all, order)
	var once []Module
	for _, m := range all {
		if last := len(once) - 1; last < 0 || order(once[last], m) != 0 {
			once = append(once, m)
			continue
		} else {
			once[last].Texts = union(once[last].Texts, m.Texts)
		}
	}
	return once
}

func union(a, b []Text) []Text {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(a, b Text) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b Text) bool { return a.Name == b.Name })
}
