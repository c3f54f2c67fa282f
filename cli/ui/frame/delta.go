package frame

import (
	"encoding/json"
	"fmt"

	"depctl.dev/gate"
)

// whole is what a page is sent first.
type whole struct {
	Seq     int64              `json:"seq"`
	Now     int64              `json:"now"`
	Rows    []json.RawMessage  `json:"rows"`
	Graph   json.RawMessage    `json:"graph"`
	States  []state            `json:"states"`
	Looks   []int              `json:"looks"`
	Counts  map[gate.State]int `json:"counts"`
	End     int64              `json:"end"`
	Unknown int                `json:"unknown"`
	Notes   []string           `json:"notes"`
}

// Whole returns the JSON of all of a frame. It is made once for all tabs.
func (f *Frame) Whole() ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.whole == nil {
		text, err := f.newWhole()
		if err != nil {
			return nil, err
		}
		f.whole = text
	}
	return f.whole, nil
}

func (f *Frame) newWhole() ([]byte, error) {
	return marshal(whole{
		Seq: f.Seq, Now: f.now, Rows: f.rows.all(), Graph: f.drawing.shape.text, States: f.drawing.states, Looks: f.drawing.looks,
		Counts: f.counts, End: f.end, Unknown: f.unknown, Notes: append([]string{}, f.notes...),
	})
}

// delta is what has changed. What is nil is as before.
type delta struct {
	Seq     int64             `json:"seq"`
	Now     int64             `json:"now"`
	Rows    []json.RawMessage `json:"rows,omitempty"`
	Gone    []string          `json:"gone,omitempty"`
	Graph   json.RawMessage   `json:"graph,omitempty"`
	States  [][2]any          `json:"states,omitempty"`
	Looks   [][2]int          `json:"looks,omitempty"`
	AllNow  []state           `json:"allStates,omitempty"`
	AllLook []int             `json:"allLooks,omitempty"`
	*summary
}

// summary is sent whole where any of it has changed.
type summary struct {
	Counts  map[gate.State]int `json:"counts"`
	End     int64              `json:"end"`
	Unknown int                `json:"unknown"`
	Notes   []string           `json:"notes"`
}

// difference is what Since has returned last. It holds no frame: one would hold all before it.
type difference struct {
	seq     int64
	text    []byte
	changed bool
}

// Since returns the JSON of what is other than in an earlier frame of the same view, and whether that
// is anything. Most tabs are at the same frame, so the last answer is kept.
func (f *Frame) Since(before *Frame) (text []byte, changed bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last.seq == before.Seq {
		return f.last.text, f.last.changed, nil
	}
	text, changed, err = f.newDifference(before)
	if err != nil {
		return nil, false, err
	}
	f.last = difference{before.Seq, text, changed}
	return text, changed, nil
}

func (f *Frame) newDifference(before *Frame) (text []byte, changed bool, err error) {
	d := delta{Seq: f.Seq, Now: f.now}
	d.Rows, d.Gone = f.rows.since(before.rows)
	if f.drawing.shape != before.drawing.shape {
		d.Graph, d.AllNow, d.AllLook = f.drawing.shape.text, append([]state{}, f.drawing.states...), append([]int{}, f.drawing.looks...)
	} else {
		for i, s := range f.drawing.states {
			if !s.equal(before.drawing.states[i]) {
				d.States = append(d.States, [2]any{i, s})
			}
		}
		for i, look := range f.drawing.looks {
			if look != before.drawing.looks[i] {
				d.Looks = append(d.Looks, [2]int{i, look})
			}
		}
	}
	if !f.same(before) {
		d.summary = &summary{Counts: f.counts, End: f.end, Unknown: f.unknown, Notes: append([]string{}, f.notes...)}
	}
	changed = len(d.Rows)+len(d.Gone)+len(d.States)+len(d.Looks) > 0 || d.Graph != nil || d.summary != nil
	text, err = marshal(d)
	return text, changed, err
}

func marshal(value any) ([]byte, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("writing a frame for the page: %w", err)
	}
	return text, nil
}
