package schedule

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/types"

	"depctl.dev/lang"
)

// maxText is how long the annotation may be, in bytes.
const maxText = 8 << 10

// The text is JSON. A run is "TIME OUTCOME[:REASON] CREATED,FINISHED", in seconds after its time and "-" where
// that is not known; runs at equal distances with the same outcome are one, "TIME/DISTANCE OUTCOME C,F C,F ...". What is older
// is "FIRST..LAST OUTCOME [LATEST FINISH]", all times of the schedule that the CronJob had.
type recordJSON struct {
	UID       types.UID       `json:"uid"`
	Schedules []scheduledJSON `json:"schedules"`
	From      time.Time       `json:"from"`
	Until     time.Time       `json:"until"`
	Kept      time.Time       `json:"kept,omitzero"`
	Older     []string        `json:"older,omitempty"`
	Runs      []string        `json:"runs,omitempty"`
}

type scheduledJSON struct {
	Since    time.Time `json:"since"`
	Schedule string    `json:"schedule,omitempty"`
	Zone     string    `json:"zone,omitempty"`
}

// String returns the value of the annotation, the same for the same record; empty for one that says nothing.
func (r Record) String() string {
	if r.UID == "" {
		return ""
	}
	text := recordJSON{UID: r.UID, From: r.From, Until: r.Until, Kept: r.Kept}
	for _, s := range r.Schedules {
		text.Schedules = append(text.Schedules, scheduledJSON(s))
	}
	for _, s := range r.spans {
		text.Older = append(text.Older, s.text())
	}
	for i := 0; i < len(r.recent); {
		n := alike(r.recent[i:])
		text.Runs = append(text.Runs, runsText(r.recent[i:i+n]))
		i += n
	}
	encoded, err := json.Marshal(text)
	if err != nil {
		return "" // a time after the year 9999, which the API server does not have either
	}
	return string(encoded)
}

// alike returns how many outcomes, from the first on, are the same at equal distances.
func alike(list []Outcome) int {
	n := 1
	for n < len(list) && list[n].Outcome == list[0].Outcome && list[n].Reason == list[0].Reason &&
		list[n].Time.Sub(list[n-1].Time) == list[1].Time.Sub(list[0].Time) {
		n++
	}
	return n
}

func runsText(list []Outcome) string {
	text := stamp(list[0].Time)
	if len(list) > 1 {
		text += "/" + list[1].Time.Sub(list[0].Time).String()
	}
	text += " " + outcomeText(list[0].Outcome, list[0].Reason)
	for _, o := range list {
		text += " " + after(o.Created, o.Time) + "," + after(o.Finished, o.Time)
	}
	return text
}

func after(t, base time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return strconv.FormatInt(t.Unix()-base.Unix(), 10)
}

func (s span) text() string {
	text := stamp(s.first) + ".." + stamp(s.last) + " " + outcomeText(s.outcome, s.reason)
	if !s.finished.IsZero() {
		text += " " + stamp(s.finished)
	}
	return text
}

var words = map[lang.Outcome]string{lang.Succeeded: "succeeded", lang.Failed: "failed", lang.Skipped: "skipped"}

func outcomeText(outcome lang.Outcome, reason string) string {
	if reason == "" {
		return words[outcome]
	}
	return words[outcome] + ":" + reason
}

// fit drops the oldest outcomes until the text is no longer than it may be.
func (r Record) fit() Record {
	for r.mayExceed() && len(r.String()) > maxText {
		switch {
		case len(r.spans) > 0:
			r = r.trim(r.spans[(len(r.spans)-1)/8].last)
		case len(r.recent) > 0:
			r = r.trim(r.recent[(len(r.recent)-1)/8].Time)
		default:
			return r
		}
	}
	return r
}

// mayExceed reports whether the text may be longer than it may be, without writing it.
func (r *Record) mayExceed() bool {
	const head, each, escaped = 512, 96, 6 // what a schedule, a span and a run take beside what is in them
	most := head
	for _, s := range r.Schedules {
		most += each + escaped*(len(s.Schedule)+len(s.Zone))
	}
	for _, s := range r.spans {
		most += each + escaped*len(s.reason)
	}
	for _, o := range r.recent {
		most += each + escaped*len(o.Reason)
	}
	return most > maxText
}

// clean returns an outcome as it can be read again.
func (o Outcome) clean() Outcome {
	o.Time = second(o.Time)
	for _, t := range []*time.Time{&o.Created, &o.Finished} {
		if !t.IsZero() {
			*t = second(*t)
		}
	}
	if len(o.Reason) > 1024 || strings.ContainsFunc(o.Reason, func(c rune) bool { return c > unicode.MaxASCII || !unicode.IsGraphic(c) || c == ' ' }) {
		o.Reason = ""
	}
	return o
}

// ParseRecord reads the annotation. What cannot be read as a whole was not written by the gate, and says
// nothing.
func ParseRecord(text string) Record {
	var decoded recordJSON
	if text == "" || len(text) > maxText || json.Unmarshal([]byte(text), &decoded) != nil || decoded.UID == "" || len(decoded.Schedules) == 0 {
		return Record{}
	}
	p := parsing{}
	r := Record{UID: decoded.UID, From: p.time(decoded.From), Until: p.time(decoded.Until)}
	if !decoded.Kept.IsZero() {
		r.Kept = p.time(decoded.Kept)
	}
	var last time.Time
	for _, s := range decoded.Schedules {
		p.broken = p.broken || s.Since.Before(last) || len(s.Schedule)+len(s.Zone) > longestText
		last = p.time(s.Since)
		r.Schedules = append(r.Schedules, Scheduled{last, s.Schedule, s.Zone})
	}
	last = time.Time{}
	for _, text := range decoded.Older {
		s := p.span(text)
		p.broken = p.broken || !s.first.After(last) || s.last.Before(s.first)
		last = s.last
		r.spans = append(r.spans, s)
	}
	for _, text := range decoded.Runs {
		for _, o := range p.runs(text) {
			p.broken = p.broken || !o.Time.After(last)
			last = o.Time
			r.recent = append(r.recent, o)
		}
	}
	if p.broken || len(r.recent) > MaxRuns || len(r.Schedules) > maxSchedules || !r.sound() {
		return Record{}
	}
	return r
}

// sound reports whether every span is of one schedule, from one of its times to another.
func (r *Record) sound() bool {
	for _, s := range r.spans {
		if s.first.Equal(s.last) {
			continue
		}
		times, until, ok := r.times(s.first)
		switch {
		case !ok, !until.IsZero() && s.last.After(until):
			return false
		case times.every > 0 && (s.last.Unix()-s.first.Unix())%times.every != 0:
			return false
		case times.every == 0 && (!times.has(s.first) || !times.has(s.last)):
			return false
		}
	}
	return true
}

// parsing reads the parts of a record, and remembers whether one was broken.
type parsing struct{ broken bool }

// time checks a time as it was decoded: what a schedule is asked about must be a year that exists.
func (p *parsing) time(t time.Time) time.Time {
	p.broken = p.broken || t.Nanosecond() != 0 || t.Year() < 1 || t.Year() > 9999
	return second(t)
}

func (p *parsing) stamp(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	p.broken = p.broken || err != nil
	return p.time(t)
}

func (p *parsing) outcome(text string) (lang.Outcome, string) {
	word, reason, _ := strings.Cut(text, ":")
	for outcome, known := range words {
		if known == word {
			p.broken = p.broken || Outcome{Reason: reason}.clean().Reason != reason
			return outcome, reason
		}
	}
	p.broken = true
	return lang.Undecided, ""
}

func (p *parsing) span(text string) (s span) {
	fields := strings.Fields(text)
	if len(fields) < 2 || len(fields) > 3 {
		p.broken = true
		return s
	}
	first, last, _ := strings.Cut(fields[0], "..")
	s.first, s.last = p.stamp(first), p.stamp(last)
	s.outcome, s.reason = p.outcome(fields[1])
	if len(fields) == 3 {
		s.finished = p.stamp(fields[2])
	}
	return s
}

func (p *parsing) runs(text string) (list []Outcome) {
	fields := strings.Fields(text)
	if len(fields) < 3 || len(fields) > 2+MaxRuns {
		p.broken = true
		return nil
	}
	base, distance, several := strings.Cut(fields[0], "/")
	first := p.stamp(base)
	var step time.Duration
	if several {
		var err error
		step, err = time.ParseDuration(distance)
		p.broken = p.broken || err != nil || step < time.Second || step%time.Second != 0
	}
	p.broken = p.broken || several != (len(fields) > 3)
	outcome, reason := p.outcome(fields[1])
	for i, field := range fields[2:] {
		t := p.time(multiple(first, int64(step/time.Second), int64(i)))
		created, finished, ok := strings.Cut(field, ",")
		p.broken = p.broken || !ok
		list = append(list, Outcome{t, outcome, reason, p.after(created, t), p.after(finished, t)})
	}
	return list
}

func (p *parsing) after(text string, base time.Time) time.Time {
	if text == "-" {
		return time.Time{}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > longest || n < -longest {
		p.broken = true
		return time.Time{}
	}
	return p.time(multiple(base, n, 1))
}

// longest is more seconds than there are between any two times.
const longest = 10000 * 366 * 24 * 60 * 60

// GoString shows a record in tests.
func (r Record) GoString() string { return fmt.Sprintf("schedule.ParseRecord(%q)", r.String()) }
