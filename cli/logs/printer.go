package logs

import (
	"bufio"
	"fmt"
	"io"
	"sync"
)

// longestLine is how much of a line is held until its end comes, where several logs are
// read at once. Of a longer one the rest is written as it comes, with its prefix again if
// another line came between.
const longestLine = 4 << 20

// printer writes the lines of all logs.
type printer struct {
	mu  sync.Mutex
	out *bufio.Writer
	// terminal says that what pods have printed must be made safe.
	terminal bool
	// hold is how much of a line is held: nothing where one log is read after the other.
	hold int
	// open is whose line has no end yet.
	open *writer
}

func newPrinter(out io.Writer, terminal bool, hold int) *printer {
	return &printer{out: bufio.NewWriterSize(out, 64<<10), terminal: terminal, hold: hold}
}

// writer writes the lines of one log.
type writer struct {
	*printer
	prefix string
	line   []byte
	// printed is how many bytes of the line are written: they cannot be taken back.
	printed int
	clean   clean
}

func (p *printer) writer(prefix string) *writer { return &writer{printer: p, prefix: prefix} }

// write takes in a piece of a line; last says that the line ends with it, and idle that
// nothing more is there yet.
func (w *writer) write(piece []byte, last, idle bool) error {
	if len(w.line) == 0 && (last || w.hold == 0) {
		return w.emit(piece, last, idle)
	}
	w.line = append(w.line, piece...)
	if !last && len(w.line) < w.hold {
		return nil
	}
	err := w.emit(w.line, last, idle)
	if w.line = w.line[:0]; cap(w.line) > 1<<20 {
		w.line = nil
	}
	return err
}

func (w *writer) emit(text []byte, last, idle bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open != nil && w.open != w {
		w.out.WriteByte('\n')
	}
	if w.open != w {
		w.out.WriteString(w.prefix)
	}
	if w.printed += len(text); w.terminal {
		text = w.clean.text(text, last)
	}
	// A bufio.Writer keeps its first error.
	_, err := w.out.Write(text)
	if w.open = w; last {
		err = w.out.WriteByte('\n')
		w.open, w.printed = nil, 0
	}
	if idle && err == nil {
		err = w.out.Flush()
	}
	return printing(err)
}

// drop forgets what is held of a line whose end never came, and returns how many bytes of
// it are written.
func (w *writer) drop() int {
	w.line = w.line[:0]
	return w.printed
}

// close writes what is held, and ends a line without end if others may follow.
func (w *writer) close() error {
	if len(w.line) > 0 {
		if err := w.emit(w.line, false, true); err != nil {
			return err
		}
		w.line = w.line[:0]
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == w && w.terminal {
		w.out.Write(w.clean.text(nil, true))
	}
	if w.open == w && w.prefix != "" {
		w.out.WriteByte('\n')
		w.open = nil
	}
	return printing(w.out.Flush())
}

// flush writes what is there.
func (p *printer) flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return printing(p.out.Flush())
}

// broken is an error of the output: nobody reads it any more.
type broken struct{ error }

func (b *broken) Unwrap() error { return b.error }

func printing(err error) error {
	if err == nil {
		return nil
	}
	return &broken{fmt.Errorf("writing logs: %w", err)}
}
