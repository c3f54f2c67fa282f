package logs

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// tail reads one log, however many streams that takes: it goes on where the one before
// broke off, and prints no line twice.
type tail struct {
	open func(context.Context, corev1.PodLogOptions) (io.ReadCloser, error)
	// options returns those of a request for all that was asked for.
	options func() corev1.PodLogOptions
	// stamps has each line printed with its time.
	stamps bool
	out    *writer
	at     position
}

// position is how far a log has been read. The API takes whole seconds alone to go on
// from, and sends what is known again, up to the last line that was printed.
type position struct {
	// last is the time of the last line, and same how many lines in a row had that; newest
	// is the latest of all: standard output and error are not in order to the microsecond.
	last, newest time.Time
	same         int
	// plain is how many lines had no time: those that the kubelet says itself, and all of
	// a node that knows no times. They come again with each stream.
	plain int
	// printed is how many bytes of the line that follows are written.
	printed int
}

// margin is how much of what is known is asked for again: a line may be earlier by so much
// than the one before it.
const margin = time.Second

// since returns the time from which to go on, nil for the beginning.
func (p *position) since() *metav1.Time {
	if p.last.IsZero() {
		return nil
	}
	return &metav1.Time{Time: p.last.Truncate(time.Second).Add(-margin)}
}

// pass takes in that a line is printed.
func (p *position) pass(stamp time.Time) {
	if !stamp.Equal(p.last) {
		p.last, p.same = stamp, 0
	}
	p.same++
	if stamp.After(p.newest) {
		p.newest = stamp
	}
}

// read reads one stream. It returns nil if that ended in good order, which does not mean
// that the container has ended.
func (t *tail) read(ctx context.Context, follow, previous bool) error {
	t.at.printed = t.out.drop()
	o := t.options()
	o.Follow, o.Previous, o.Timestamps = follow, previous, true
	since := t.at.since()
	if since != nil {
		o.SinceSeconds, o.TailLines, o.SinceTime = nil, nil, since
	}
	stream, err := t.open(ctx, o)
	if err != nil {
		return err
	}
	defer stream.Close()
	err = t.copy(bufio.NewReaderSize(stream, 64<<10), since != nil)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// copy prints what is new in a stream, until it ends. One that goes on begins with what is
// known, up to the last line, or to one that is newer than all, if that is gone. What has
// no time at its beginning is the rest of a line that began before.
func (t *tail) copy(r *bufio.Reader, goesOn bool) error {
	known, before, first := goesOn, t.at, goesOn
	for {
		chunk, err := r.ReadSlice('\n')
		if len(chunk) == 0 && err != nil {
			return err
		}
		stamp, text := stamped(chunk)
		switch {
		case stamp.IsZero() && err != nil && !errors.Is(err, bufio.ErrBufferFull) && cutStamp.Match(chunk):
			return err
		case stamp.IsZero() && first:
			err = pass(r, err)
		case stamp.IsZero() && before.plain > 0:
			before.plain--
			err = pass(r, err)
		case stamp.IsZero():
			t.at.plain++
			err = t.line(r, chunk, err, 0)
		case known && !stamp.After(before.newest):
			if stamp.Equal(before.last) {
				before.same--
				known = before.same > 0
			}
			err = pass(r, err)
		default:
			skip := t.at.printed
			known, t.at.printed = false, 0
			if t.stamps {
				text = chunk
			}
			if err = t.line(r, text, err, skip); err == nil {
				t.at.pass(stamp)
			}
		}
		if first = false; err != nil {
			return err
		}
	}
}

// line prints a line, of which the first piece was read with this error, but for the bytes
// that are printed already. It returns nil if the line has an end.
func (t *tail) line(r *bufio.Reader, piece []byte, err error, skip int) error {
	for {
		last := err == nil
		if last {
			piece = piece[:len(piece)-1]
		}
		cut := min(skip, len(piece))
		skip -= cut
		if failed := t.out.write(piece[cut:], last, last && isIdle(r)); failed != nil {
			return failed
		}
		if last || !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		piece, err = r.ReadSlice('\n')
	}
}

// pass reads to the end of a line, of which the first piece was read with this error.
func pass(r *bufio.Reader, err error) error {
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = r.ReadSlice('\n')
	}
	return err
}

// isIdle reports whether no whole line is there yet.
func isIdle(r *bufio.Reader) bool {
	ahead, _ := r.Peek(r.Buffered())
	return bytes.IndexByte(ahead, '\n') < 0
}

// longestStamp is how long the time before a line can be.
const longestStamp = len("2006-01-02T15:04:05.000000000+00:00")

// cutStamp matches the time before a line if the stream breaks off within it.
var cutStamp = regexp.MustCompile(`^[0-9T:.Z+-]*$`)

// stamped returns the time before a line, zero if there is none, and what follows.
func stamped(line []byte) (time.Time, []byte) {
	at := bytes.IndexByte(line[:min(len(line), longestStamp+1)], ' ')
	if at < 0 {
		return time.Time{}, line
	}
	stamp, err := time.Parse(time.RFC3339Nano, string(line[:at]))
	if err != nil {
		return time.Time{}, line
	}
	return stamp, line[at+1:]
}
