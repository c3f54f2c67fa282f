package licence

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// row is one of the table in cli/ui/web/vendor/README.md: folder, package and version.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| ([^ |]+) \\| ([^ |]+) \\|")

// Bundled returns the packages of npm that are in the page of depctl ui.
func Bundled(source string) ([]Module, error) {
	vendor := filepath.Join(source, "cli", "ui", "web", "vendor")
	table, err := os.ReadFile(filepath.Join(vendor, "README.md"))
	if err != nil {
		return nil, err
	}
	var modules []Module
	for _, m := range row.FindAllStringSubmatch(string(table), -1) {
		dir := filepath.Join(vendor, m[1])
		texts, err := textsIn(dir, dir)
		if err != nil {
			return nil, err
		}
		modules = append(modules, Module{Path: m[2], Version: m[3], NPM: true, Texts: texts})
	}
	if len(modules) == 0 {
		return nil, fmt.Errorf("%s lists no package", vendor)
	}
	return modules, nil
}

// Library returns Go's standard library, which is in every program.
func Library(ctx context.Context, version string) (Module, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return Module{}, fmt.Errorf("go env: %w", err)
	}
	dir := strings.TrimSpace(string(root))
	texts, err := textsIn(dir, dir)
	if err != nil {
		return Module{}, err
	}
	return Module{Path: "std", Version: version, Texts: texts}, nil
}
