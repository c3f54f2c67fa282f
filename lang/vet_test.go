package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheExampleOfEveryFindingYieldsThatCodeAlone(t *testing.T) {
	w := world{}
	w.put(Job("etl", "array"), &Object{Array: &Array{Size: 10}})
	c := Context{
		Subject: &Subject{Ref: Job("etl", "me"), Object: &Object{}}, World: w,
		Kinds: []string{KindJob, "cronjob"},
	}
	for _, documented := range documentedCodes(t, "code_finding.go") {
		code := Code(documented.code)
		example, ok := code.Example()
		require.True(t, ok, code)
		e, err := Parse(example)
		require.NoError(t, err, example)
		about := c
		if code == SelfCycle {
			about.Subject = &Subject{Ref: Job("etl", "me"), Object: &Object{Array: &Array{Size: 10}}}
		}
		found := e.Vet(about)
		require.Len(t, found, 1, "%s: %v", example, found)
		require.Equal(t, code, found[0].Code, example)
		want := Warning
		if code == SelfReference || code == NotIndexed || code == NoRun || code == SelfCycle || code == UnknownKind {
			want = Error
		}
		require.Equal(t, want, found[0].Severity, example)
	}
}

func TestFindingsAreDrawnExactly(t *testing.T) {
	w := world{}
	w.put(Job("etl", "array"), &Object{Array: &Array{Size: 10}})
	w.put(Job("etl", "plain"), &Object{})
	c := Context{Subject: &Subject{Ref: Job("etl", "me"), Object: &Object{}}, World: w}
	for text, want := range map[string]string{
		"a.succeeded": `depends-on:1:1: warning: "a.succeeded" is a name that ends in a status [status-suffix]
  a.succeeded
  ^~~~~~~~~~~
  write a if its status is meant`,
		"etl/a.failed": `depends-on:1:1: warning: "a.failed" is a name that ends in a status [status-suffix]
  etl/a.failed
  ^~~~~~~~~~~~
  write failed(etl/a) if its status is meant`,
		"cronjob/nightly": `depends-on:1:1: warning: "cronjob" is the namespace here, not the kind [kind-as-namespace]
  cronjob/nightly
  ^~~~~~~~~~~~~~~
  write cronjob:nightly if a kind is meant`,
		"job/a": `depends-on:1:1: warning: "job" is the namespace here, not the kind [kind-as-namespace]
  job/a
  ^~~~~
  write a if a kind is meant`,
		"etl/a.failed@k, job/b@k": `depends-on:1:1: warning: "a.failed" is a name that ends in a status [status-suffix]
  etl/a.failed@k, job/b@k
  ^~~~~~~~~~~~~~
  write failed(etl/a@k) if its status is meant
depends-on:1:17: warning: "job" is the namespace here, not the kind [kind-as-namespace]
  etl/a.failed@k, job/b@k
                  ^~~~~~~
  write b@k if a kind is meant`,
		"finished(run) or run@k": `depends-on:1:10: this Job belongs to no run [no-run]
  finished(run) or run@k
           ^~~
  if a Job called run is meant, write "run" in quotes; otherwise make this Job with depctl run, which gives it a run, or name a run, as in: run@2026-11-29; in a CronJob name what it waits for, as in: cronjob:load`,
		"a, shard-* + 10m": `depends-on:1:4: warning: more that match may be applied later, this is true of those that are there [open-set]
  a, shard-* + 10m
     ^~~~~~~~~~~~~
  give it a number: shard-* >= 5 + 10m`,
		"(a or me), etl/me[3], other/me": `depends-on:1:7: a Job cannot wait for itself [self-reference]
  (a or me), etl/me[3], other/me
        ^~
depends-on:1:12: a Job cannot wait for itself [self-reference]
  (a or me), etl/me[3], other/me
             ^~~~~~~~~`,
		"array[3..12]": `depends-on:1:1: warning: "array" has no element 12 [no-such-element]
  array[3..12]
  ^~~~~~~~~~~~
  its last is 9`,
		"plain[3]": `depends-on:1:1: warning: "plain" is not an Indexed Job and has no elements [no-such-element]
  plain[3]
  ^~~~~~~~
  name the Job without brackets`,
		"a or not a": `depends-on:1:6: warning: "a" or its opposite is true of all that finish [contradiction]
  a or not a
       ^~~~~
  write finished(...) if the end is meant, whatever it is`,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, Source{Name: "depends-on", Text: text}.Draw(e.Vet(c)), text)
	}
	for _, text := range []string{"a, b", "shard-* >= 5", "finished(n-*, made=before)", "array[i] or a", "array[0..9]", "finished(me, made=before)"} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Empty(t, e.Vet(Context{}), text)
	}
}

func TestDrawingFollowsTheOffsetsIntoAFile(t *testing.T) {
	file := "metadata:\n  annotations:\n    depctl.dev/depends-on: >-\n      extract,\n      suceeded(load)\n"
	e, err := Parse("extract, suceeded(load)")
	require.Nil(t, e)
	var found *Diagnostics
	require.ErrorAs(t, err, &found)
	source := Source{Name: "job.yaml", Text: file, Offset: func(n int) int {
		if n >= 9 { // the folded line break and its indentation
			return 61 + 15 + n - 9
		}
		return 61 + n
	}}
	require.Equal(t, `job.yaml:5:7: unknown status "suceeded" [unknown-status]
        suceeded(load)
        ^~~~~~~~
  did you mean "succeeded"?`, source.Draw(found.List))
	require.Equal(t, "suceeded", file[source.Place(found.List[0].Span).Start:source.Place(found.List[0].Span).End])
}

func TestWhatAnExpressionNames(t *testing.T) {
	e, err := Parse("(train or failed(etl/tune, shard-*, code=3) >= 1), cronjob:x + 10m, a[i-1], self[0]")
	require.NoError(t, err)
	var got []string
	for _, edge := range e.Edges() {
		got = append(got, edge.Ref.String()+" "+edge.Check())
	}
	require.Equal(t, []string{
		"train train", "etl/tune failed(etl/tune, code=3)", "shard-* failed(shard-*, code=3)", "cronjob:x cronjob:x", "a a[i-1]",
	}, got)
	require.Nil(t, e.Names())
	require.True(t, e.AsksExitCode(Job("etl", "tune"), Ref{Namespace: "ns"}))
	require.True(t, e.AsksExitCode(Job("ns", "shard-1"), Ref{Namespace: "ns"}))
	require.False(t, e.AsksExitCode(Job("ns", "train"), Ref{Namespace: "ns"}))
	require.False(t, e.AsksExitCode(Job("ns", "shard-1"), step("k", "me")), "it is of another run")
	require.False(t, e.AsksResult(Job("etl", "tune"), Ref{Namespace: "ns"}))
	asking, err := Parse("succeeded(a, result=yes), (succeeded(cronjob:b@-1, result=no) or c)")
	require.NoError(t, err)
	require.True(t, asking.AsksResult(step("k", "a"), step("k", "me")))
	require.True(t, asking.AsksResult(nightly("ns", "b", "2026-01-01T02:00:00Z"), step("k", "me")))
	require.False(t, asking.AsksResult(step("k", "c"), step("k", "me")))
	per := []bool{}
	for _, r := range e.Requirements() {
		per = append(per, r.PerElement)
	}
	require.Equal(t, []bool{false, false, true, true}, per)

	e, err = Parse("a, etl/b, a")
	require.NoError(t, err)
	require.Equal(t, []Ref{Job("", "a"), Job("etl", "b"), Job("", "a")}, e.Names())
}

func TestSetsMatchNamesAndLabels(t *testing.T) {
	labels := map[string]string{"app": "etl", "stage": "b", "n": "4"}
	for pattern, want := range map[string]bool{
		"shard-*": true, "shard-?": true, "*": true, "*-1": true, "s*d*1": true, "shard-1": true, "shard-??": false, "hard-*": false, "shard": false,
		"{app=etl}": true, "{app!=etl}": false, "{stage in (a, b)}": true, "{stage notin (a, b)}": false, "{none notin (a)}": true,
		"{none!=x}": true, "{none=}": false, "{!none}": true, "{!app}": false, "{app}": true, "{n>3, n<5}": true, "{n>4}": false, "{app>3}": false,
		"{app=etl, stage=a}": false,
	} {
		require.Equal(t, want, NewMatcher(Job("", pattern)).Match("shard-1", labels), pattern)
	}
}

func TestElementsThatWaitForOneAnother(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"self[i-1]":                      "",
		"self[i+1]":                      "",
		"self[i-1], a[i]":                "",
		"self[i-1] or self[i+1]":         "",
		"self[i-1], (self[i+1] or b)":    "",
		"not failed(self[i+1])":          "",
		"self[0]":                        "",
		"self[0 .. i-1]":                 "",
		"self[i/2]":                      "",
		"self[i-1], self[i+1]":           "element 0 waits for element 1, which waits for element 0",
		"finished(self[i-1 .. i+1])":     "element 0 waits for element 1, which waits for element 0",
		"self[0..2]":                     "element 0 waits for element 1, which waits for element 0",
		"self[(i+1)%10]":                 "element 0 waits for element 1, which waits for element 2, which waits for element 3, which waits for element 4, and so on, back to element 0",
		"self[9-i]":                      "element 0 waits for element 9, which waits for element 0",
		"self[i-1], started(self[i+3])":  "element 0 waits for element 3, which waits for element 2, which waits for element 1, which waits for element 0",
		"self[i/2], finished(self[2*i])": "element 1 waits for element 2, which waits for element 1",
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		found := e.Vet(Context{Subject: &Subject{Ref: Job("etl", "me"), Object: &Object{Array: &Array{Size: 10}}}})
		if want == "" {
			require.Empty(t, found, text)
			continue
		}
		require.Len(t, found, 1, text)
		require.Equal(t, SelfCycle, found[0].Code)
		require.Equal(t, want, found[0].Message, text)
	}
}

func TestAStepMayAskAboutItsRun(t *testing.T) {
	t.Parallel()
	w := world{}
	w.put(nightly("ns", "array", ""), &Object{})
	s := &Subject{Ref: step("k", "me"), Object: &Object{}}
	for text, want := range map[string][]Code{
		"failed(run), run@other, cronjob:array[99]": nil,
		"me@, me@other": nil,
		"me":            {SelfReference},
		"me@k":          {SelfReference},
		"g-*@k":         {OpenSet},
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		var codes []Code
		for _, d := range e.Vet(Context{Subject: s, World: w}) {
			codes = append(codes, d.Code)
		}
		require.Equal(t, want, codes, text)
		for _, d := range e.Vet(Context{}) {
			require.Equal(t, OpenSet, d.Code, text)
		}
	}
}
