package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
)

// maxManifest is the size of the largest file that is read, so that a device or
// an endless stream given by mistake comes to an end.
const maxManifest = 64 << 20

// standardInput is how what comes from standard input is called in findings.
const standardInput = "<stdin>"

// manifest is a file to look at. Its text has no byte order mark, which no
// editor counts.
type manifest struct {
	name, text string
	lines      *lines
	// live is the Job of a cluster that the text was made of; nil for a file.
	live *batchv1.Job
}

func newManifest(name string, text []byte) *manifest {
	m := &manifest{name: name, text: strings.TrimPrefix(string(text), "\ufeff")}
	m.lines = fileLines(m.text)
	return m
}

// manifestNames returns the files that arguments name, in their order and each
// once; folders stand for the files with YAML or JSON in them and in the folders
// inside. The errors are about arguments that name nothing.
func manifestNames(args []string) (names []string, unreadable []error) {
	for _, arg := range args {
		if arg == "-" {
			names = append(names, arg)
			continue
		}
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			unreadable = append(unreadable, plainly(err))
		case !info.IsDir():
			names = append(names, arg)
		default:
			found, err := folder(arg, nil)
			if err != nil {
				unreadable = append(unreadable, plainly(err))
			} else if len(found) == 0 {
				unreadable = append(unreadable, fmt.Errorf("%s: no .yaml, .yml or .json file in this folder", arg))
			}
			names = append(names, found...)
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(names, func(name string) bool {
		again := seen[filepath.Clean(name)]
		seen[filepath.Clean(name)] = true
		return again
	}), unreadable
}

// folder appends the manifests below a folder, in the order of their names.
// Links to files are followed, as in mounted ConfigMaps; links to folders are
// not: they may lead back.
func folder(path string, names []string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return names, err
	}
	for _, entry := range entries {
		inside := filepath.Join(path, entry.Name())
		if entry.IsDir() {
			if names, err = folder(inside, names); err != nil {
				return names, err
			}
			continue
		}
		if !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(inside)) {
			continue
		}
		if info, err := os.Stat(inside); err != nil {
			return names, err
		} else if info.Mode().IsRegular() {
			names = append(names, inside)
		}
	}
	return names, nil
}

// readManifest reads a file, or standard input for "-".
func readManifest(name string, stdin io.Reader) (*manifest, error) {
	from, shown := stdin, standardInput
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, plainly(err)
		}
		defer file.Close()
		from, shown = file, name
	}
	text, err := io.ReadAll(io.LimitReader(from, maxManifest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading: %w", shown, plainly(err))
	case len(text) > maxManifest:
		return nil, fmt.Errorf("%s: larger than %d MiB", shown, maxManifest>>20)
	}
	return newManifest(shown, text), nil
}

// plainly says what is wrong with a file without the system call that found it.
func plainly(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("%s: %w", at.Path, at.Err)
	}
	return err
}
