package lang

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestRelaxedReads(t *testing.T) {
	for text, want := range map[string]string{
		"a":                          "finished(a)",
		"a[i] + 10m":                 "finished(a[i]) + 10m",
		"failed(a)":                  "finished(a)",
		"failed(a, code=3)":          "finished(a)",
		"skipped(a)":                 "finished(a)",
		"started(a)":                 "started(a) or finished(a)",
		"finished(a)":                "finished(a)",
		"exists(a)":                  "exists(a)",
		"succeeded(a, b) >= 1":       "finished(a, b) >= 1",
		"failed(a, b) >= 1":          "failed(a, b) >= 1 or finished(a, b)",
		"failed(a, b) == 0":          "failed(a, b) == 0 or finished(a, b)",
		"failed(x-*) >= 2":           "finished(x-*) >= 2",
		"not failed(a)":              "not (failed(a) and not finished(a))",
		"not a":                      "not (a and not finished(a))",
		"not (failed(a) or b)":       "not ((failed(a) and not finished(a)) or (b and not finished(b)))",
		"run":                        "finished(run)",
		"failed(run@k) + 10m":        "finished(run@k) + 10m",
		"failed(cronjob:x)":          "finished(cronjob:x)",
		"succeeded(a, result=yes)":   "finished(a)",
		"absent(a) + 1m":             "absent(a) + 1m or finished(a) + 1m",
		"a, (not failed(b) or c[2])": "finished(a), (not (failed(b) and not finished(b)) or finished(c[2]))",
	} {
		e, err := Parse(text)
		require.NoError(t, err)
		require.Equal(t, want, e.Relaxed().String(), text)
		require.Equal(t, text, e.String(), "the expression itself stays")
	}
}

// Whatever an expression says of Jobs by their end, it is open in the relaxed reading
// once all have ended; and the relaxed one never closes what is open.
func TestRelaxedIsTrueOnceAllIsOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawEnds(t, 3)
		e, err := Parse(text)
		if err != nil {
			t.Skip("two of the same kind, or nothing to wait for")
		}
		ends := rapid.SampledFrom([]Outcome{Succeeded, Failed, Skipped})
		all, some := world{}, world{}
		for _, name := range []string{"a", "b", "c"} {
			o := &Object{UID: name, Outcome: ends.Draw(t, name), Finished: time.Unix(1, 0)}
			o.Started = o.Outcome != Skipped
			all[Job("ns", name)], some[Job("ns", name)] = o, &Object{UID: name}
			if rapid.Bool().Draw(t, name+" has ended") {
				some[Job("ns", name)] = o
			}
		}
		self := &Subject{Ref: Job("ns", "self"), Object: &Object{}}
		require.Equal(t, True, e.Relaxed().Eval(all, self, time.Unix(2, 0)).Value, text)
		if e.Eval(some, self, time.Unix(2, 0)).Value == True {
			require.Equal(t, True, e.Relaxed().Eval(some, self, time.Unix(2, 0)).Value, text)
		}
	})
}

// drawEnds draws an expression about how single Jobs end.
func drawEnds(t *rapid.T, depth int) string {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		status := rapid.SampledFrom([]string{"", "failed", "skipped", "finished", "started", "failed+"}).Draw(t, "status")
		name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
		switch status {
		case "":
			return name
		case "failed+":
			return "failed(a, b, c) " + rapid.SampledFrom([]string{">= 1", "== 0", "<= 1", "> 50%"}).Draw(t, "comparison")
		}
		return status + "(" + name + ")"
	}
	left, right := drawEnds(t, depth-1), drawEnds(t, depth-1)
	return rapid.SampledFrom([]string{"(" + left + ", " + right + ")", "(" + left + " or " + right + ")", "not (" + left + ")"}).Draw(t, "node")
}
