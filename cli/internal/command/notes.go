package command

import (
	"fmt"
	"io"

	"depctl.dev/cli/picture"
)

// PrintNotes writes what is to be said about a drawing, beside it.
func PrintNotes(w io.Writer, notes []string) error {
	for _, note := range notes {
		if _, err := fmt.Fprintln(w, picture.Clean(note)); err != nil {
			return fmt.Errorf("writing the notes: %w", err)
		}
	}
	return nil
}
