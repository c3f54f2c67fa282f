package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReasonsSpeakOfTheElement(t *testing.T) {
	w := world{}
	for name, o := range map[string]*Object{
		"sim": {
			Created: at(0), Started: true, StartedAt: at(1),
			Array: &Array{
				Size: 8, PerIndex: true, Completed: Indexes{{0, 1}}, Failed: Indexes{{2, 3}}, Started: Indexes{{4, 5}}, Ready: Indexes{{5, 5}},
				Elements: map[int64]Element{0: {Finished: at(19)}, 3: {Exit: &Exit{Code: 7}}},
			},
		},
		"new":  {Created: at(0), Array: &Array{Size: 2}},
		"skip": {Outcome: Skipped, Finished: at(1), Array: &Array{Size: 2}},
		"over": {
			Outcome: Failed, Reason: "DeadlineExceeded", Finished: at(10), Exit: &Exit{Code: 1},
			Array: &Array{Size: 2, Completed: Indexes{{0, 0}}},
		},
		"plain": {Created: at(0)},
	} {
		w.put(Job("ns", name), o)
	}
	s := &Subject{Ref: Job("ns", "me"), Object: &Object{Created: at(0), Array: &Array{Size: 2, Completed: Indexes{{0, 0}}}}}
	for text, want := range map[string]string{
		"sim[0]":                              "ns/sim[0] succeeded",
		"finished(sim[1])":                    "ns/sim[1] succeeded",
		"sim[2]":                              "ns/sim[2] failed",
		"failed(sim[3])":                      "ns/sim[3] failed with exit code 7",
		"failed(sim[2], reason=Late)":         "ns/sim[2] failed (the Job goes on and has no reason yet)",
		"sim[4]":                              "ns/sim[4] has not finished",
		"sim[7]":                              "ns/sim[7] has not finished",
		"started(sim[4])":                     "ns/sim[4] started",
		"started(sim[6])":                     "ns/sim[6] has not started",
		"skipped(sim[4])":                     "ns/sim[4] started",
		"skipped(sim[6])":                     "ns/sim[6] was not skipped, its Job started",
		"skipped(new[0])":                     "ns/new[0] has not started",
		"ready(sim[4])":                       "ns/sim[4] is not ready",
		"ready(sim[5])":                       "ns/sim[5] is ready",
		"exists(sim[6])":                      "ns/sim[6] exists",
		"sim[8]":                              "sim[8]: ns/sim: it has no such element, only 0 to 7",
		"sim[0] + 10m":                        "sim[0] + 10m: not before 2026-01-01T00:29:00Z",
		"sim[1] + 10m":                        "sim[1] + 10m: true, and since when is not known yet",
		"sim[0..0]":                           "ns/sim[0] succeeded",
		"sim[0..1]":                           "sim[0..1]: 2 of 2",
		"skip[1]":                             "ns/skip[1] was skipped",
		"over[0]":                             "ns/over[0] succeeded",
		"over[1]":                             "ns/over[1] failed",
		"failed(over[1], reason=Late)":        "ns/over[1] failed (DeadlineExceeded)",
		"none[0]":                             "ns/none does not exist",
		"plain[0]":                            "plain[0]: ns/plain: it is not an Indexed Job and has no elements",
		"sim":                                 "ns/sim has not finished",
		"new[i]":                              "ns/new[1] has not finished",
		"self[i-1]":                           "ns/me[0] succeeded",
		"self[i+1]":                           "self[i+1]: nothing to wait for at the edge",
		"other/sim[i]":                        "other/sim does not exist",
		"succeeded(self[i+1], self[i+2]) < 1": "succeeded(self[i+1], self[i+2]) < 1: nothing to wait for at the edge",
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		index := int64(-1)
		if e.Elementwise() {
			index = 1
		}
		list := e.reasons(w, s, at(20), index)
		require.Len(t, list, 1, text)
		require.Equal(t, want, list[0].String(), text)
	}
}
