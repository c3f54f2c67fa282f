package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/cli-runtime/pkg/genericiooptions"

	"depctl.dev/cli/picture"
)

// ErrUnchanged is the error of a command that was told not to go on.
var ErrUnchanged = errors.New("nothing was changed")

// Confirm says what is about to happen, and returns nil if the user says yes.
func Confirm(streams genericiooptions.IOStreams, plan string) error {
	if _, err := fmt.Fprintf(streams.ErrOut, "%s\nGo on? [y/N] ", picture.Clean(plan)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(streams.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the answer: %w", err)
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return ErrUnchanged
	}
	return nil
}
