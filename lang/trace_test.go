package lang

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestATraceSaysWhatEvalSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		if trace := e.Trace(w, s, now, -1); !trace.PerElement {
			require.Equal(t, e.Eval(w, s, now).Value, trace.Value, "%s", e)
			if trace.Value != Unknown {
				require.Equal(t, trace.Value == True, trace.Attainable(), "%s", e)
			}
		}
		elements := e.EvalElements(w, s, now)
		whole := e.Eval(w, s, now).Value
		for i := range s.Object.Array.Size {
			of := Unknown
			if elements.Open.Contains(i) {
				of = True
			} else if elements.Never.Contains(i) {
				of = False
			}
			require.Equal(t, and(whole, of), e.Trace(w, s, now, i).Value, "%s, element %d", e, i)
		}
	})
}

func TestATraceHasEveryCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e, err := Parse(drawText(t, true))
		require.NoError(t, err)
		w, s, now := drawWorld(t)
		var found []*Check
		var walk func(*Trace)
		walk = func(trace *Trace) {
			require.False(t, trace.PerElement)
			if trace.Reason != nil {
				found = append(found, trace.Reason.Check)
			}
			for _, term := range trace.Terms {
				walk(term)
			}
		}
		walk(e.Trace(w, s, now, 2))
		require.Equal(t, e.Checks(), found)
	})
}

// What is attainable without a fix is what "depctl wait" goes on to wait for.
func TestAttainable(t *testing.T) {
	w := world{}
	w.put(Job("ns", "done"), &Object{Outcome: Succeeded})
	w.put(Job("ns", "broken"), &Object{Outcome: Failed})
	w.put(Job("ns", "secret"), &Object{Problem: &Problem{Code: ProblemForbidden}})
	w.put(Job("ns", "asked"), &Object{Problem: &Problem{Code: ProblemUnasked}})
	for text, want := range map[string]bool{
		"done": true, "broken": false, "later": true, "secret": false, "asked": true,
		"later, secret": false, "later or secret": true, "broken or secret": false, "not secret": false,
		"done or secret": true, "not later": true, "not (done or secret)": false, "finished(secret) + 10m": false,
		"done, (later or secret)": true,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		trace := e.Trace(w, &Subject{Ref: Job("ns", "me")}, start, -1)
		require.Equal(t, want, trace.Attainable(), text)
	}
}
