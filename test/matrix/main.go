package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "matrix:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	bin := flag.String("bin", "bin", "directory of the programs")
	pageOnly := flag.Bool("page", false, "test nothing, and write the page of what is known")
	only := flag.String("only", "", "test this version alone, such as 1.35, and keep what is known of the others")
	flag.Parse()
	m, err := newMatrix(*bin)
	if err != nil {
		return err
	}
	known, err := read(m.file(results))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	tested, failed := *pageOnly, false
	for _, v := range versions(m.current) {
		if *pageOnly || *only != "" && *only != v.Name {
			continue
		}
		tested = true
		fmt.Printf("== Kubernetes %s\n", v.Name)
		ends, err := m.test(ctx, v)
		if err != nil {
			return fmt.Errorf("on Kubernetes %s: %w", v.Name, err)
		}
		for _, name := range slices.Sorted(maps.Keys(ends)) {
			failed = failed || ends[name] == "FAIL"
			fmt.Printf("   %s %s\n", ends[name], name)
		}
		known = known.with(v, ends)
	}
	if !tested {
		return fmt.Errorf("no version is called %q: they are those of versions in test/matrix/capabilities.go", *only)
	}
	if err := known.write(m.file(results)); err != nil {
		return err
	}
	page, err := known.page(versions(m.current))
	if err != nil {
		return err
	}
	if err := os.WriteFile(m.file(pagePath), []byte(page), 0o644); err != nil {
		return err
	}
	fmt.Println("wrote", pagePath)
	if failed {
		return errors.New("tests failed; their logs are above")
	}
	return nil
}

// matrix is where things are.
type matrix struct {
	root, bin, current string
}

func newMatrix(bin string) (matrix, error) {
	bin, err := filepath.Abs(bin)
	if err != nil {
		return matrix{}, err
	}
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return matrix{}, fmt.Errorf("find the module: %w", err)
	}
	m := matrix{root: filepath.Dir(string(out)), bin: bin}
	m.current, err = current(m.root)
	return m, err
}

// file returns the path of one of the repository.
func (m matrix) file(path string) string { return filepath.Join(m.root, filepath.FromSlash(path)) }
