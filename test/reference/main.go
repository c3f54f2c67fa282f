// Command reference writes the pages of docs/reference that are made from the
// code, and the man pages. A test fails where a page is not what the code says.
package main

//go:generate go run . -root ../..

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	root := flag.String("root", ".", "the directory of the repository")
	man := flag.String("man", "", "write the man pages into this directory, and no reference page")
	flag.Parse()
	if err := write(*root, *man); err != nil {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
		os.Exit(1)
	}
}

func write(root, man string) error {
	if man != "" {
		return writeManPages(man)
	}
	for _, p := range pages {
		file := filepath.Join(root, p.file)
		old, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		text, err := p.fill(root, string(old))
		if err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
