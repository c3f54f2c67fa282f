package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Depctl runs a command of depctl, without its name, with the rights of the person whom ctx
// belongs to. It returns the exit code.
type Depctl func(ctx context.Context, args []string, out, errOut io.Writer) int

// Answer is what a command has said.
type Answer struct {
	// Command is what one would type.
	Command string `json:"command"`
	Code    int    `json:"code"`
	// Result is what it printed if that is JSON, Text if it is not, and Notes what it said beside it.
	Result json.RawMessage `json:"result"`
	Text   string          `json:"text"`
	Notes  string          `json:"notes"`
	// Does is, of a dry run, what one would type to have it done.
	Does string `json:"does,omitempty"`
}

var errTooLong = errors.New("that is too much for a page")

// bounded keeps what is written, up to a size. What a command writes beside it may come from
// another goroutine.
type bounded struct {
	mu   sync.Mutex
	text bytes.Buffer
	most int
	over bool
}

// Write fails once there is too much: the command has nobody to write for.
func (b *bounded) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over = b.over || b.text.Len()+len(p) > b.most; b.over {
		return 0, errTooLong
	}
	return b.text.Write(p)
}

func (b *bounded) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// answer runs a command to its end, or to the end of its time.
func (h *Handlers) answer(ctx context.Context, args []string, patience time.Duration) Answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, notes := &bounded{most: h.options.MostBytes}, &bounded{most: mostNotes}
	a := Answer{Command: Shown(args, h.options.Connection)}
	a.Code = h.depctl(ctx, args, out, notes)
	said := []string{strings.TrimRight(notes.String(), "\n")}
	switch {
	case out.over:
		a.Code = max(a.Code, 1)
		said = append(said, fmt.Sprintf("error: the answer is longer than %d MiB, which is too much for a page: ask for less, or run the command", h.options.MostBytes>>20))
	case ctx.Err() != nil:
		a.Code = max(a.Code, 1)
		said = append(said, fmt.Sprintf("error: it took longer than %s, and was ended: ask for less, or run the command", patience))
	default:
		if text := strings.TrimSpace(out.String()); json.Valid([]byte(text)) {
			a.Result = json.RawMessage(text)
		} else {
			a.Text = out.String()
		}
	}
	a.Notes = strings.Trim(strings.Join(said, "\n"), "\n")
	return a
}
