package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func readIndexes(t *testing.T, text string) Indexes {
	t.Helper()
	set, err := ParseIndexes(text)
	require.NoError(t, err)
	return set
}

func TestElementsOpenOneByOne(t *testing.T) {
	w := someWorld()
	array := func(size int64, completed, failed string) *Object {
		return &Object{Created: at(0), Started: true, Array: &Array{
			Size: size, PerIndex: true, Completed: readIndexes(t, completed), Failed: readIndexes(t, failed),
		}}
	}
	w.put(Job("etl", "ten"), array(10, "0-3,6", "5"))
	w.put(Job("etl", "hundred"), array(100, "0-19,25,30-39", "77"))
	w.put(Job("etl", "three"), array(3, "0-1", ""))
	ended := array(10, "0-3", "")
	ended.Outcome, ended.Finished = Failed, at(10)
	w.put(Job("etl", "ended"), ended)
	codes := array(10, "0-3", "5-6")
	codes.Array.Elements = map[int64]Element{5: {Exit: &Exit{Code: 100}, Finished: at(19)}, 6: {Exit: &Exit{Code: 1}, Finished: at(1)}}
	w.put(Job("etl", "codes"), codes)
	own := array(10, "0-2", "6")
	own.UID = "m"

	for text, want := range map[string]struct{ open, never string }{
		"ten[i]":                    {"0-3,6", "5"},
		"not ten[i]":                {"5", "0-3,6"},
		"finished(ten[i])":          {"0-3,5-6", ""},
		"failed(ten[i])":            {"5", "0-3,6"},
		"ten[i-1]":                  {"0-4,7", "6"},
		"not ten[i-1]":              {"0,6", "1-4,7"},
		"ten[i+1]":                  {"0-2,5,9", "4"},
		"ten[i-1 .. i+1]":           {"0-2", "4-6"},
		"ten[i-1, i+1]":             {"0-2", "4,6"},
		"ten[9-i]":                  {"3,6-9", "4"},
		"hundred[i*10 .. i*10+9]":   {"0-1,3", "7"},
		"hundred[i*10 .. i*10+9:5]": {"0-1,3", ""},
		"three[i/4]":                {"0-7", ""},
		"three[i%3]":                {"0-1,3-4,6-7,9", ""},
		"three[i]":                  {"0-1", ""},
		"hundred[i]":                {"0-9", ""},
		"ten[i/2], three[i%3]":      {"0-1,3-4,6-7", ""},
		"self[i-1]":                 {"0-3", "7"},
		"self[i+1]":                 {"0-1,9", "5"},
		"self[0]":                   {"0-9", ""},
		"self[2]":                   {"0-9", ""},
		"self[0 .. i-1]":            {"0-3", "7-9"},
		"self[i .. i+1]":            {"0-1,9", "5"},
		"self[i/2]":                 {"0-5", ""},
		"self[20]":                  {"", ""},
		"ended[i]":                  {"0-3", "4-9"},
		"finished(ended[i])":        {"0-9", ""},
		"finished(codes[i]), not failed(codes[i], code=100)": {"0-3,6", "5"},
		"finished(codes[i]) + 15m":                           {"6", ""},
		"none[i]":                                            {"", ""},
		"good[i]":                                            {"", ""},
		"ten[i], good":                                       {"0-3,6", "5"},
		"ten[i] or good":                                     {"0-9", ""},
		"ten[i] or bad":                                      {"0-3,6", "5"},
		"ten[i] or new":                                      {"0-3,6", ""},
		"(ten[i] or bad), self[i-1]":                         {"0-3", "5,7"},
		"succeeded(ten[i-1 .. i+1]) >= 2":                    {"0-3", ""},
		"failed(ten[i-1 .. i+1]) >= 1":                       {"4-6", "0-2"},
		"succeeded(ten[i], hundred[i])":                      {"0-3,6", "5"},
		"succeeded(ten[i-1], hundred[i])":                    {"0-4,7", "6"},
		"succeeded(ten[i], good)":                            {"0-3,6", "5"},
		"succeeded(ten[i], new)":                             {"", "5"},
		"succeeded(ten[i], bad) >= 1":                        {"0-3,6", "5"},
		"good":                                               {"0-9", ""},
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		got := e.EvalElements(w, &Subject{Ref: Job("etl", "me"), Object: own}, at(20))
		require.Equal(t, want.open, got.Open.String(), "%s: open", text)
		require.Equal(t, want.never, got.Never.String(), "%s: never", text)
	}
}

func TestElementsHaveProblems(t *testing.T) {
	w := someWorld()
	own := &Object{Array: &Array{Size: 10}}
	for text, want := range map[string]ProblemCode{
		"good[i]":      ProblemNotIndexed,
		"skiparray[i]": ProblemNoSuchElement,
		"hidden[i]":    ProblemForbidden,
		"self[20]":     ProblemNoSuchElement,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		got := e.EvalElements(w, &Subject{Ref: Job("etl", "me"), Object: own}, at(20))
		require.NotNil(t, got.Problem, text)
		require.Equal(t, want, got.Problem.Code, text)
	}
	e, err := Parse("half[i]")
	require.NoError(t, err)
	require.Equal(t, ProblemNotIndexed, e.EvalElements(w, &Subject{Ref: Job("etl", "me"), Object: &Object{}}, at(20)).Problem.Code)
	huge := &Subject{Ref: Job("etl", "me"), Object: &Object{Array: &Array{Size: 1 << 31}}}
	require.Equal(t, ProblemTooLarge, e.EvalElements(w, huge, at(20)).Problem.Code)
	e, err = Parse("succeeded(half[*], half[0..2147483647:1])")
	require.NoError(t, err)
	require.Equal(t, False, e.Eval(w, huge, at(20)).Value)
}

func TestReasonsOfAnElement(t *testing.T) {
	w := someWorld()
	s := &Subject{Ref: Job("etl", "me"), Object: &Object{Array: &Array{Size: 10}}}
	e, err := Parse("half[i], good, self[i-1]")
	require.NoError(t, err)
	require.True(t, e.Elementwise())
	var got []string
	for _, r := range e.ElementReasons(w, s, at(20), 6) {
		got = append(got, r.String())
	}
	require.Equal(t, []string{"etl/half[6] has not finished", "etl/me[5] has not finished"}, got)
	require.Len(t, e.Reasons(w, s, at(20)), 1)
}
