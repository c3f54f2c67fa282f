package manifest

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

// MaxManifest is the size of the largest file that is read, so that a device or
// an endless stream given by mistake comes to an end.
const MaxManifest = 64 << 20

// standardInput is how what comes from standard input is called in findings.
const standardInput = "<stdin>"

// Manifest is a file to look at. Its text has no byte order mark, which no
// editor counts.
type Manifest struct {
	Name, Text string
	Lines      *lines
	// Live is the Job of a cluster that the text was made of; nil for a file.
	Live *batchv1.Job
}

// NewManifest returns a file of this name and text.
func NewManifest(name string, text []byte) *Manifest {
	m := &Manifest{Name: name, Text: strings.TrimPrefix(string(text), "\ufeff")}
	m.Lines = FileLines(m.Text)
	return m
}

// ManifestNames returns the files that arguments name, in their order and each
// once; folders stand for the files with YAML or JSON in them and in the folders
// inside. The errors are about arguments that name nothing.
func ManifestNames(args []string) (names []string, unreadable []error) {
	for _, arg := range args {
		if arg == "-" {
			names = append(names, arg)
			continue
		}
		info, err := os.Stat(arg)
		switch {
		case err != nil:
			unreadable = append(unreadable, Plainly(err))
		case !info.IsDir():
			names = append(names, arg)
		default:
			found, err := folder(arg, nil)
			if err != nil {
				unreadable = append(unreadable, Plainly(err))
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

// ReadManifest reads a file, or standard input for "-".
func ReadManifest(name string, stdin io.Reader) (*Manifest, error) {
	from, shown := stdin, standardInput
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, Plainly(err)
		}
		defer file.Close()
		from, shown = file, name
	}
	text, err := io.ReadAll(io.LimitReader(from, MaxManifest+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: reading: %w", shown, Plainly(err))
	case len(text) > MaxManifest:
		return nil, fmt.Errorf("%s: larger than %d MiB", shown, MaxManifest>>20)
	}
	return NewManifest(shown, text), nil
}

// Plainly says what is wrong with a file without the system call that found it.
func Plainly(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return fmt.Errorf("%s: %w", at.Path, at.Err)
	}
	return err
}
