package controller

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

// longOr returns a long text that is met when one of its names has succeeded.
func longOr(names ...string) string {
	return strings.Join(names, " or ") + strings.Repeat(" ", longText)
}

// The watch must not wait for a long text. Until a decider has read it, what was read
// before keeps the outcomes of prerequisites, and nothing is released.
func TestALongTextIsReadByADecider(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	load := lang.Job("n", "load")
	require.NoError(t, s.Replace([]any{job("load", "1", "extract"), job("extract", "2", ""), job("old", "3", "", complete)}, "3"))
	asked()
	edited := job("load", "4", longOr("old", "extract"))
	require.NoError(t, s.Update(edited))
	require.Contains(t, asked(), "load")
	require.True(t, s.toRead(load))
	require.Equal(t, []lang.Ref{lang.Job("n", "extract")}, s.graph.Prerequisites(load))
	d := decided(t, s, "load")
	require.Equal(t, gate.Waiting, d.Action)
	require.Contains(t, d.Message, "still to be read")

	require.NoError(t, s.Update(job("load", "5", longOr("old", "extract"), func(j *batchv1.Job) { j.Labels = map[string]string{"a": "b"} })))
	require.True(t, s.toRead(load), "another change of the Job reads nothing")
	s.reread(edited)
	require.True(t, s.toRead(load), "what was read is older than what the watch has seen")
	s.reread(job("load", "5", longOr("old", "extract")))
	require.False(t, s.toRead(load))
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)

	require.NoError(t, s.Update(job("load", "6", longOr("old", "extract"))))
	require.False(t, s.toRead(load), "the same text is not read again")
}

// Whom a Job waits for is not known before its text was read, and may be gone by then.
func TestWhatGoesBeforeATextIsReadIsRemembered(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Replace([]any{job("extract", "1", "", complete), job("m-1", "2", "", complete), job("other", "3", "", complete)}, "3"))
	text := "(extract and m-*) or never" + strings.Repeat(" ", longText)
	waits, edited := job("load", "4", text), job("edited", "5", longOr("a", "b"))
	require.NoError(t, s.Add(waits))
	require.NoError(t, s.Add(edited))
	for i, name := range []string{"extract", "m-1", "other"} {
		require.NoError(t, s.Delete(job(name, fmt.Sprint(6+i), "", complete)))
	}
	s.reread(waits)
	_, seen, _, _ := s.unsaved(lang.Job("n", "load"))
	require.Len(t, seen, 2)
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)

	s.reread(job("edited", "9", text))
	require.Equal(t, gate.Waiting, decided(t, s, "edited").Action, "it did not wait for them when they went")
	require.Empty(t, s.passed.last, "nobody will ask")
}

// A set has a Job that it matches also while the text of that is still to be read.
func TestAJobWithALongTextIsInItsSets(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	app := func(j *batchv1.Job) { j.Labels = map[string]string{"app": "x"} }
	require.NoError(t, s.Replace([]any{job("load", "1", "{app=x}"), job("one", "2", "", complete, app)}, "2"))
	require.NoError(t, s.Add(job("two", "3", longOr("extract", "never"), app)))
	require.Equal(t, gate.Waiting, decided(t, s, "load").Action)
}

// A restart must not take longer than a namespace may cost the others.
func TestTheStartReadsNoMoreOfANamespaceThanItMay(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	var jobs []any
	for i := range 4 * mostReadAtOnce / longText {
		jobs = append(jobs, job(fmt.Sprint("j", i), fmt.Sprint(i+1), longOr("a", "b"), of("evil")))
	}
	jobs = append(jobs, job("load", "9999", longOr("a", "b")))
	require.NoError(t, s.Replace(jobs, "9999"))
	unread := 0
	for _, e := range s.entries {
		if e.unread {
			unread++
		}
	}
	require.InDelta(t, len(jobs)*3/4, unread, 4)
	require.False(t, s.toRead(lang.Job("n", "load")), "another namespace is not concerned")
}

// What has no room is not read at each change, but when its room may be there: also
// because the Job itself takes less.
func TestAJobWithoutRoomIsReadWhenItIsSmaller(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	s.budget = newBudget(5_000)
	labels := func(n int) func(*batchv1.Job) {
		return func(j *batchv1.Job) { j.Labels = map[string]string{"l": strings.Repeat("x", n)} }
	}
	big := job("load", "1", "a or b", labels(10_000))
	require.NoError(t, s.Replace([]any{big}, "1"))
	load := lang.Job("n", "load")
	require.Equal(t, gate.ReasonProblem, decided(t, s, "load").Reason)
	require.False(t, s.toRead(load))
	asked()
	small := job("load", "2", "a or b", labels(10))
	require.NoError(t, s.Update(small))
	require.Contains(t, asked(), "load")
	require.True(t, s.toRead(load))
	s.reread(small)
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason)
	require.Equal(t, int64(0), s.entries[load].own)
}
