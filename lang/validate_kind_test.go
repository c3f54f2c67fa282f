package lang

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"depctl.dev/lang/kind"
)

func TestAKindIsAskedOnlyForWhatItsObjectsCanBe(t *testing.T) {
	t.Parallel()
	for text, message := range map[string]string{
		"failed(service:db)":              "a service is never failed [status-of-kind]",
		"succeeded(deploy:db)":            "a deployment is never succeeded",
		"ready(cm:site)":                  "a configmap is never ready",
		"skipped(workflow:x)":             "a workflow is never skipped",
		"finished(a, svc:b) >= 1":         "a service is never finished",
		"pod:x[1]":                        "only an Indexed Job has elements, a pod has none",
		"succeeded(pod:x, result=yes)":    "only a Job has a result",
		"failed(pod:x, code=3)":           "only a Job has an exit code",
		"ready(a, condition=Synced)":      "a Job has no condition that can be waited for by its name",
		"ready(pod:a, condition=1)":       `"1" is not the type of a condition`,
		"namespace:etl/x":                 "a namespace is in no namespace",
		"succeeded(pod:x, condition=Yes)": `"condition" is about what is ready`,
	} {
		_, err := Parse(text)
		require.ErrorContains(t, err, message, text)
	}
	_, err := Parse("succeeded(deploy:db)")
	require.ErrorContains(t, err, "write deployment:db; it can be: skipped, started, ready, exists, absent")
}

// Each kind takes all statuses that it can have, its default is written by leaving it out, and
// no other status is taken.
func TestEachKindHasItsStatuses(t *testing.T) {
	t.Parallel()
	for _, k := range kind.All() {
		if k.Name == kind.CronJob {
			continue
		}
		for _, status := range statuses() {
			text := string(status) + "(" + k.Name + ":x)"
			if status == StatusAbsent {
				text += " + 1m"
			}
			e, err := Parse(text)
			if !k.Has(string(status)) {
				require.Error(t, err, text)
				continue
			}
			require.NoError(t, err, text)
			if k.Name != kind.Job && string(status) == k.Default() {
				require.Equal(t, k.Name+":x", e.String())
			}
			again, err := Parse(e.String())
			require.NoError(t, err)
			require.Equal(t, status, again.Checks()[0].Status)
		}
	}
}

func TestAConditionIsTrueSinceItSaysSo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC)
	e, err := Parse("ready(widget.example.com:w, condition=Synced) + 5m")
	require.NoError(t, err)
	s := &Subject{Ref: Job("ns", "me")}
	ref := Ref{Kind: "widget.example.com", Namespace: "ns", Name: "w"}
	for _, c := range []struct {
		object *Object
		value  Value
		next   time.Time
		says   string
	}{
		{&Object{Ready: true}, Unknown, time.Time{}, "widget.example.com:ns/w does not have the condition Synced"},
		{&Object{Conditions: []Condition{{"Synced", now.Add(-time.Minute)}}}, Unknown, now.Add(4 * time.Minute), "not before"},
		{&Object{Conditions: []Condition{{"Synced", now.Add(-time.Hour)}}}, True, time.Time{}, "widget.example.com:ns/w has the condition Synced"},
		{&Object{Conditions: []Condition{{"Synced", time.Time{}}}}, Unknown, time.Time{}, "since when is not known yet"},
	} {
		w := world{ref: c.object}
		require.Equal(t, Verdict{c.value, c.next}, e.Eval(w, s, now))
		require.Contains(t, e.Reasons(w, s, now)[0].String(), c.says)
	}
}

func TestAnObjectOfNoNamespaceIsLookedUpInNone(t *testing.T) {
	t.Parallel()
	require.Equal(t, Ref{Kind: "namespace", Name: "etl"}, Ref{Kind: "namespace", Name: "etl"}.Resolve(Job("ns", "me")))
	require.Equal(t, "pod:ns/x", Ref{Kind: "pod", Name: "x"}.Resolve(Job("ns", "me")).String())
}
