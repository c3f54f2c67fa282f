package command

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
)

// AddOutputFileFlag adds --output-file, for which endings say the format where -o does not.
func AddOutputFileFlag(flags *pflag.FlagSet, file *string, endings []Ending) {
	flags.StringVar(file, "output-file", "",
		"Write to this `FILE`, as a whole or not at all. Without -o, its ending says the format: "+listed(endings)+".")
}

// Ending is how the name of a file ends that has a format of --output.
type Ending struct{ Suffix, Output string }

func listed(endings []Ending) string {
	names := make([]string, len(endings))
	for i, e := range endings {
		names[i] = e.Suffix
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// OutputByFile returns the format in which a file is written: that of -o, or else that of its
// ending. Both must agree, where the ending has one.
func OutputByFile(file, output string, endings []Ending) (string, error) {
	if file == "" {
		return output, nil
	}
	ending := strings.ToLower(filepath.Ext(file))
	for _, e := range endings {
		switch {
		case e.Suffix != ending:
		case output == "" || output == e.Output:
			return e.Output, nil
		default:
			return "", UsageErrorf("-o %s and --output-file %s say different formats: leave out -o, or give the file another ending", output, file)
		}
	}
	if output == "" && ending != ".txt" {
		return "", UsageErrorf("--output-file %s: its ending says no format; say it with -o, or end it in %s", file, listed(endings))
	}
	return output, nil
}

// WriteFile writes a file as a whole: what was there before stays until all is written, and
// where something fails nothing is left behind.
func WriteFile(name string, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	if err := replace(name, text.Bytes()); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return nil
}

// replace puts a file in the place of another, which keeps its mode.
func replace(name string, text []byte) error {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // the link stays
	}
	mode := fs.FileMode(0)
	switch there, err := os.Stat(name); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case there.IsDir():
		return fmt.Errorf("%s is a folder", name)
	case !there.Mode().IsRegular(): // such as /dev/stdout, in whose place no file may come
		return os.WriteFile(name, text, 0)
	default:
		mode = there.Mode().Perm()
	}
	temporary, err := create(name)
	if err != nil {
		return err
	}
	_, err = temporary.Write(text)
	if err == nil && mode != 0 {
		err = temporary.Chmod(mode)
	}
	if err == nil {
		err = temporary.Sync()
	}
	err = errors.Join(err, temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}

// create makes a new file beside another, with the mode that the user's umask gives.
func create(name string) (*os.File, error) {
	for range 100 {
		beside := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%08x", filepath.Base(name), rand.Uint32()))
		file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return file, err
		}
	}
	return nil, fmt.Errorf("there is no free name for a temporary file beside %s", name)
}
