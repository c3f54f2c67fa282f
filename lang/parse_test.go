package lang

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// canonicalTexts are texts that parse, with their canonical form.
func canonicalTexts() map[string]string {
	return map[string]string{
		"extract":                     "extract",
		" extract , ":                 "extract",
		"etl/extract, etl/validate":   "etl/extract, etl/validate",
		"a and b, c":                  "a, b, c",
		"(a, (b, c)), d":              "a, b, c, d",
		"a or (b or c)":               "a or b or c",
		"((a))":                       "a",
		"(a or b), c":                 "(a or b), c",
		"(a, b,) or c":                "(a and b) or c",
		"not a":                       "not a",
		"not not (a)":                 "not not a",
		"not (a or b)":                "not (a or b)",
		"not(a)":                      "not a",
		"a,\n  b\r\n\tand c":          "a, b, c",
		"succeeded(a)":                "a",
		"job:a":                       "a",
		"job:etl/a":                   "etl/a",
		"cronjob:etl/nightly":         "cronjob:etl/nightly",
		"pods.metrics.k8s.io:x":       "pods.metrics.k8s.io:x",
		`"and", 'or', "extract"`:      `"and", "or", extract`,
		`etl/"not", job:"self"`:       `etl/not, "self"`,
		"and-then, 0123, 10m, time":   "and-then, 0123, 10m, time",
		"failed, not-a, i, self-test": "failed, not-a, i, self-test",
		"(train or failed(tune, reason=DeadlineExceeded)), licence": "(train or failed(tune, reason=DeadlineExceeded)), licence",
		"failed( a , code = 3 , code=5..7, reason=Error )":          "failed(a, reason=Error, code=3, code=5..7)",
		"failed(a, code=3..3)":                                      "failed(a, code=3)",
		"succeeded(shards[*])>=90%":                                 "shards[*] >= 90%",
		"succeeded(a, b) >= 2":                                      "succeeded(a, b) >= 2",
		"failed(a, b, c) == 0":                                      "failed(a, b, c) == 0",
		"finished(cleanup)+90s":                                     "finished(cleanup) + 1m30s",
		"a + 1w":                                                    "a + 7d",
		"a + 36h":                                                   "a + 1d12h",
		"a + 1.5h":                                                  "a + 1h30m",
		"a + 1ms":                                                   "a + 1ms",
		"a + 60m":                                                   "a + 1h",
		"a + 1h0m30s":                                               "a + 1h0m30s",
		"time(2026-12-01T22:00:00Z)":                                "time(2026-12-01T22:00:00Z)",
		"time( 2026-12-01T22:00:00+01:00 ) + 1d":                    "time(2026-12-01T22:00:00+01:00) + 1d",
		"shard-*":                                                   "shard-*",
		"?, *":                                                      "?, *",
		"succeeded(shard-*) >= 500":                                 "shard-* >= 500",
		"finished(nightly-*, made=before)":                          "finished(nightly-*, made=before)",

		"{app=etl,stage in (b,a,b), !x, y, n>3, z!=}": "{app=etl, stage in (a, b), !x, y, n>3, z!=}",

		"etl/{app==etl}":                    "etl/{app=etl}",
		"job:etl/{a notin (x)}[*]":          "etl/{a notin (x)}[*]",
		"a[3]":                              "a[3]",
		"a[3..3]":                           "a[3]",
		"a[0..9], a[0..99:10], a[*]":        "a[0..9], a[0..99:10], a[*]",
		"a[ 1 , 3 .. 5 ]":                   "a[1, 3..5]",
		"blur[i-1 .. i+1]":                  "blur[i-1 .. i+1]",
		"a[i .. i]":                         "a[i]",
		"a[i*(2+1)]":                        "a[i*(2+1)]",
		"a[(i*2)+1]":                        "a[i*2+1]",
		"a[9-i]":                            "a[9-i]",
		"a[1-(i-2)]":                        "a[1-(i-2)]",
		"a[i/2*2]":                          "a[i/2*2]",
		"a[i/(2*2)]":                        "a[i/(2*2)]",
		"a[i%10]":                           "a[i%10]",
		"finished(a[i*10/3 .. (i*10+9)/3])": "finished(a[i*10/3 .. (i*10+9)/3])",
		"a[i..i+8:2]":                       "a[i .. i+8:2]",
		"self[i-1]":                         "self[i-1]",
		"self[0 .. i-1], finished(self[0])": "self[0 .. i-1], finished(self[0])",
		`"self"[0]`:                         `"self"[0]`,
		"exists(a), started(b), ready(deployment:db), skipped(c)": "exists(a), started(b), deployment:db, skipped(c)",
		"deploy:db, pods:etl/x, succeeded(pod.v1:x)":              "deployment:db, pod:etl/x, succeeded(pod.v1:x)",
		"deployments.apps:db, ready(svc:web)":                     "deployment:db, service:web",
		"cm:site, exists(pvc:data), pvc:data + 1m":                "configmap:site, exists(persistentvolumeclaim:data), persistentvolumeclaim:data + 1m",
		"ns:etl, exists(namespace:etl)":                           "namespace:etl, namespace:etl",
		"ready(pod:a, pod:b) >= 1, ready(deploy:web-*) >= 2":      "ready(pod:a, pod:b) >= 1, deployment:web-* >= 2",
		"deploy:{app=web}, succeeded(wf:x), pod:x":                "deployment:{app=web}, workflow:x, pod:x",
		"widget.example.com:w, ready(widget.example.com:etl/w)":   "widget.example.com:w, widget.example.com:etl/w",
		"ready(widget.example.com:w, condition=Synced) + 5m":      "ready(widget.example.com:w, condition=Synced) + 5m",
		"jobs.batch:x, js:y, vj:z, job.batch.volcano.sh:z":        "x, jobset:y, vcjob:z, vcjob:z",

		"load@, etl/load@, job:load@[3]":           "load@, etl/load@, load@[3]",
		"load@2026-11-29, etl/load@K_1.x[i]":       "load@2026-11-29, etl/load@K_1.x[i]",
		"load@+10m":                                "load@ + 10m",
		"load@ +10m":                               "load@ + 10m",
		"load@k+1d12h":                             "load@k + 1d12h",
		"cronjob:load@+1+10m":                      "cronjob:load@+1 + 10m",
		"cronjob:etl/load@-64, cronjob:sim@-1[i]":  "cronjob:etl/load@-64, cronjob:sim@-1[i]",
		`cronjob:load@+10 + 10m`:                   "cronjob:load@+10 + 10m",
		`cronjob:"run"@-1`:                         `cronjob:"run"@-1`,
		"shard-*@k, {a notin (x)}@k[*]":            "shard-*@k, {a notin (x)}@k[*]",
		"etl/{app=etl}@, *@":                       "etl/{app=etl}@, *@",
		`"load"@k, etl/'load'@`:                    "load@k, etl/load@",
		"run, run@2026-11-29":                      "run, run@2026-11-29",
		"succeeded(run), failed(run@k) + 10m":      "run, failed(run@k) + 10m",
		"finished(run) or not run":                 "finished(run) or not run",
		`etl/run, "run", "run"@k, "run"@, job:run`: `etl/run, "run", "run"@k, "run"@, "run"`,
		`"run"[3], run-a, etl/run@k`:               `"run"[3], run-a, etl/run@k`,
		"absent(a)+60s, absent(cronjob:etl/x)+1m":  "absent(a) + 1m, absent(cronjob:etl/x) + 1m",
		"a or absent(a@k) + 1m":                    "a or absent(a@k) + 1m",
		"failed(cronjob:load)":                     "failed(cronjob:load)",
		"skipped(cronjob:sim@-1[i])":               "skipped(cronjob:sim@-1[i])",
		"succeeded(cronjob:hourly) >= 20":          "cronjob:hourly >= 20",

		`succeeded(a, result=yes, result = "no" , result='' )`:           `succeeded(a, result=yes, result=no, result="")`,
		`succeeded(a, result='say "hi"', result="it's", result="a,b)c")`: `succeeded(a, result='say "hi"', result="it's", result="a,b)c")`,
		`succeeded(a, result=v1.2, result="-", result=A-1, result="ü")`:  `succeeded(a, result="v1.2", result=-, result=A-1, result="ü")`,
		`succeeded(cronjob:a, b, result=yes) >= 1 + 1m`:                  `succeeded(cronjob:a, b, result=yes) >= 1 + 1m`,
	}
}

func TestTextsHaveOneCanonicalForm(t *testing.T) {
	for text, want := range canonicalTexts() {
		e, err := Parse(text)
		require.NoError(t, err, text)
		require.Equal(t, want, e.String(), text)
		again, err := Parse(want)
		require.NoError(t, err, want)
		require.Equal(t, want, again.String())
		require.Equal(t, withoutSpans(t, e), withoutSpans(t, again), text)
	}
}

func TestPlainListsAreReadTheFastWay(t *testing.T) {
	for _, text := range []string{"a", " a ,b,\n c, ", "ns/a, b.c, 0-1", namesList(3000)} {
		require.NotNil(t, parseNames(text), clip(text))
		requireFastPathAgrees(t, text)
	}
	for _, text := range []string{"", ",", "a b", "a,,b", "and", "self", "run", "a@", "a@k", "A", "a/b/c", "a.b/c", "/a", "a/", "-a", "a..b", "a:b"} {
		require.Nil(t, parseNames(text), text)
	}
	rapid.Check(t, func(t *rapid.T) {
		requireFastPathAgrees(t, rapid.StringOfN(rapid.SampledFrom([]rune("ab-./, \nanotrdslf")), 0, 30, -1).Draw(t, "text"))
	})
}

func TestLimitsEndWithADiagnostic(t *testing.T) {
	deep := strings.Repeat("(", MaxNesting) + "a" + strings.Repeat(")", MaxNesting)
	for name, c := range map[string]struct {
		text string
		want Code
	}{
		"as long as allowed":      {strings.Repeat(" ", MaxText-1) + "a", ""},
		"too long":                {strings.Repeat(" ", MaxText) + "a", TooLong},
		"a megabyte":              {strings.Repeat("a", 1<<20), TooLong},
		"as many as allowed":      {strings.Repeat("a,", MaxTargets), ""},
		"too many names":          {strings.Repeat("a,", MaxTargets+1), TooManyTargets},
		"too many in the grammar": {strings.Repeat("a or ", MaxTargets) + "a", TooManyTargets},
		"numbers are no targets":  {strings.TrimSuffix(strings.Repeat("succeeded(a,b)>=1+1d,", 5000), ","), ""},
		"as deep as allowed":      {deep, ""},
		"a status inside":         {strings.ReplaceAll(deep, "a", "finished(a)"), ""},
		"too deep":                {"(" + deep + ")", TooDeep},
		"not counts":              {"not " + deep, TooDeep},
		"as many nots as allowed": {strings.Repeat("not ", MaxNesting) + "a", ""},
		"nots beside parentheses": {strings.Repeat("not (", MaxNesting) + "a" + strings.Repeat(")", MaxNesting), TooDeep},
		"an integer beyond int64": {"a[99999999999999999999]", NumberTooBig},
		"a number beyond int64":   {"succeeded(a, b) >= 99999999999999999999", NumberTooBig},
		"a duration beyond int64": {"a + 99999999999999999999h", BadDuration},
		"an index beyond int64":   {"a[i*2147483647*2147483647*2147483647]", NumberTooBig},
		"an exit code beyond int": {"failed(a, code=99999999999999999999)", BadValue},
	} {
		_, err := Parse(c.text)
		if c.want == "" {
			require.NoError(t, err, name)
			continue
		}
		var found *Diagnostics
		require.True(t, errors.As(err, &found), name)
		require.Equal(t, c.want, found.List[0].Code, name)
	}
}

func TestTheTreeHasAJSONForm(t *testing.T) {
	e, err := Parse("(a or not failed(etl/b, reason=Error, code=3)), succeeded(c[0..9], {app=x}) >= 2 + 90s, finished(d, made=before), time(2026-12-01T22:00:00Z), self[i-1], " +
		"succeeded(load@, load@k, cronjob:x@-1, result=yes), finished(run), run@k")
	require.NoError(t, err)
	data, err := json.Marshal(withoutSpans(t, e))
	require.NoError(t, err)
	require.JSONEq(t, `{"all": [
		{"any": [
			{"status": "succeeded", "targets": [{"kind": "job", "name": "a"}]},
			{"not": {"status": "failed", "targets": [{"kind": "job", "namespace": "etl", "name": "b"}], "reason": ["Error"], "code": [{"low": 3, "high": 3}]}}
		]},
		{"status": "succeeded", "targets": [{"kind": "job", "name": "c", "indexes": "[0..9]"}, {"kind": "job", "name": "{app=x}"}],
			"compare": {"op": ">=", "number": 2, "percent": false}, "delay": "1m30s"},
		{"status": "finished", "targets": [{"kind": "job", "name": "d"}], "made": "before"},
		{"status": "time", "at": "2026-12-01T22:00:00Z"},
		{"status": "succeeded", "targets": [{"self": true, "indexes": "[i-1]"}]},
		{"status": "succeeded", "result": ["yes"], "targets": [
			{"kind": "job", "name": "load", "run": "@"}, {"kind": "job", "name": "load", "run": "k"}, {"kind": "cronjob", "name": "x", "run": "-1"}]},
		{"status": "finished", "targets": [{"wholeRun": true}]},
		{"status": "succeeded", "targets": [{"wholeRun": true, "run": "k"}]}
	]}`, strings.ReplaceAll(string(data), `"namespace":"",`, ""))
}
