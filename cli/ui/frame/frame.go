package frame

import (
	"maps"
	"slices"
	"sync"

	"depctl.dev/cli/internal/snapshot"
	"depctl.dev/cli/listing"
	"depctl.dev/gate"
)

// Frame is what a page shows at a moment, which never changes once made.
type Frame struct {
	// Seq counts the frames of a view from 1.
	Seq int64
	// Stale says that there are nodes or edges that are not drawn yet.
	Stale bool

	now     int64
	rows    *rows
	drawing *drawing
	counts  map[gate.State]int
	// end is when all may be over of which that is known, and unknown counts the others.
	end     int64
	unknown int
	notes   []string

	// What was made of it for tabs, under mu.
	mu    sync.Mutex
	whole []byte
	last  difference
}

// Scene is what frames of all views of the same Jobs have in common.
type Scene struct {
	Inquiry *snapshot.Inquiry
	Rows    []listing.Row
	Notes   []string
	// Expected says when all may be over; nil if that was not found out, and stays as it was.
	Expected *listing.Expectation
}

// Of returns what a view shows of a scene. before is the view's last frame, nil if there is none; where
// nodes or edges have changed since, mayLayOut says whether they are laid out again now.
func Of(s Scene, v View, before *Frame, mayLayOut bool) (*Frame, error) {
	f := &Frame{Seq: 1, now: s.Inquiry.Now.Unix(), counts: map[gate.State]int{}, notes: s.Notes}
	var rowsBefore *rows
	var drawnBefore *drawing
	if before != nil {
		f.Seq, rowsBefore, drawnBefore = before.Seq+1, before.rows, before.drawing
	}
	for _, r := range s.Rows {
		f.counts[r.State]++
	}
	switch {
	case s.Expected != nil:
		f.end, f.unknown = unix(s.Expected.End), s.Expected.Unknown
	case before != nil:
		f.end, f.unknown = before.end, before.unknown
	}
	var err error
	if f.rows, err = newRows(s.Rows, rowsBefore); err != nil {
		return nil, err
	}
	f.drawing, f.Stale, err = draw(v.diagram(s.Inquiry.World), drawnBefore, mayLayOut)
	if err != nil {
		return nil, err
	}
	return f, nil
}

// LaidOut reports whether a frame was laid out again since an earlier one.
func (f *Frame) LaidOut(before *Frame) bool {
	return before == nil || f.drawing.shape != before.drawing.shape
}

// same reports whether a page would show the same, whatever the time is.
func (f *Frame) same(o *Frame) bool {
	return f.end == o.end && f.unknown == o.unknown && maps.Equal(f.counts, o.counts) && slices.Equal(f.notes, o.notes)
}
