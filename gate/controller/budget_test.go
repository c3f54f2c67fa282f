package controller

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	batchv1 "k8s.io/api/batch/v1"

	"depctl.dev/gate"
	"depctl.dev/lang"
)

func of(namespace string) func(*batchv1.Job) {
	return func(j *batchv1.Job) { j.Namespace = namespace }
}

// names returns a list of many names.
func names(prefix string, n int) string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%s%05d", prefix, i)
	}
	return strings.Join(list, ", ")
}

func TestANamespaceTakesNoMoreThanItsBudget(t *testing.T) {
	t.Parallel()
	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprintf("g%d-* >= 1", i)
	}
	for name, text := range map[string]string{
		"names that do not exist":     names("a", 2000),
		"names of another namespace":  names("own/a", 2000),
		"checks that are no list":     strings.ReplaceAll(names("a", 2000), ", ", " or "),
		"text that cannot be read":    strings.Repeat("a && ", 20_000),
		"sets":                        strings.Join(many, ", "),
		"labels that nobody looks at": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := recordingStore()
			s.enqueue, s.budget = func(lang.Ref, time.Time) {}, newBudget(1<<20)
			for i := range 50 {
				flood := job(fmt.Sprintf("j%d", i), fmt.Sprint(i+1), text, of("evil"), func(j *batchv1.Job) {
					j.Labels = map[string]string{}
					for l := range 1000 {
						j.Labels[fmt.Sprintf("l%d-%d", i, l)] = strings.Repeat("x", 60)
					}
				})
				require.NoError(t, s.Add(flood))
				if s.toRead(lang.Job("evil", flood.Name)) {
					s.reread(flood)
				}
			}
			taken := int64(0)
			if a := s.budget.of["evil"]; a != nil {
				taken = a.bytes
				require.LessOrEqual(t, a.sets, int64(mostSetsNamed))
			}
			// One Job brings what is virtual only after it was let in.
			require.LessOrEqual(t, taken+s.kept("evil"), s.budget.limit+2000*weightOfVirtual)
			require.NoError(t, s.Add(job("load", "99", "extract")))
			require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason, "another namespace is not concerned")
			held := 0
			for ref, e := range s.entries {
				if e.excess != "" {
					_, d, _ := s.decide(ref)
					if held++; text != "" {
						require.Equal(t, gate.Waiting, d.Action)
						require.Equal(t, gate.ReasonProblem, d.Reason)
						require.Contains(t, d.Message, "1Mi")
					}
					require.Empty(t, e.job.Labels)
				}
			}
			require.Positive(t, held)
		})
	}
}

func TestAJobIsReadAgainWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	s.budget = newBudget(100_000)
	big, small := names("a", 1000), "extract"
	require.NoError(t, s.Replace([]any{job("one", "1", big), job("two", "2", big), job("three", "3", small), job("extract", "4", "", complete)}, "4"))
	asked()
	two := lang.Job("n", "two")
	require.Equal(t, gate.ReasonProblem, decided(t, s, "two").Reason)
	require.Equal(t, gate.ReasonProblem, decided(t, s, "three").Reason, "its room is the namespace's, and that is used up")
	require.False(t, s.toRead(two))

	require.NoError(t, s.Delete(job("one", "5", big)))
	require.Contains(t, asked(), "two", "it may have found room")
	require.True(t, s.toRead(two))
	s.reread(job("two", "2", big))
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "two").Reason)
	require.Len(t, s.graph.Prerequisites(two), 1000)

	require.NoError(t, s.Delete(job("two", "6", big)))
	require.Contains(t, asked(), "three")
	s.reread(job("three", "3", small))
	require.Equal(t, gate.Releasing, decided(t, s, "three").Action)
	require.NoError(t, s.Delete(job("three", "7", small)))
	require.Empty(t, s.budget.of, "what is counted goes with the Jobs")
	require.Zero(t, s.graph.Usage("n"))
}

// A Job that is released element by element and has no room is held, and does not
// count as one whose annotation was removed, all of whose elements may run.
func TestElementsOfAJobWithoutRoomWait(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	s.budget = newBudget(1000)
	text := "gen[i], " + names("a", 100)
	require.NoError(t, s.Replace([]any{job("arr", "1", text, byElement(2)), job("gen", "2", "", byElement(2))}, "2"))
	require.NoError(t, podStore{s}.Replace([]any{claimedBy(gate.Owner{Job: lang.Job("n", "arr"), UID: "uid-arr"}, "0", gatedPod)}, "2"))
	d := decided(t, s, "arr")
	require.Equal(t, gate.Waiting, d.Action)
	require.Equal(t, gate.ReasonProblem, d.Reason)
}

// Outcomes that are on the Job itself are there again when it has its room.
func TestOutcomesOutliveAnExcess(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	seen := gate.RecordedOutcomes{lang.Job("n", "extract"): {Object: &lang.Object{UID: "uid-extract", Outcome: lang.Succeeded}}}
	s.budget = newBudget(60_000)
	big := names("a", 1000)
	annotated := job("load", "2", "extract", func(j *batchv1.Job) { j.Annotations[gate.SeenAnnotation] = seen.String() })
	require.NoError(t, s.Replace([]any{job("big", "1", big), annotated}, "2"))
	require.Equal(t, gate.ReasonProblem, decided(t, s, "load").Reason)
	_, _, _, unsaved := s.unsaved(lang.Job("n", "load"))
	require.False(t, unsaved, "what is on the Job must not be overwritten")
	require.NoError(t, s.Delete(job("big", "3", big)))
	s.reread(annotated)
	require.Equal(t, gate.Releasing, decided(t, s, "load").Action)
}

// A set has had very many Jobs that are gone, each of which somebody may ask for.
func TestOutcomesThatAreRememberedTakeRoom(t *testing.T) {
	t.Parallel()
	s, asked := recordingStore()
	s.budget = newBudget(20 * weightOfOutcome)
	require.NoError(t, s.Replace([]any{
		job("one", "1", "m-*, never"), job("other", "2", "m-*, never"), job("third", "3", "p, never"),
		job("p", "4", "", ttl, complete, guarded),
	}, "4"))
	for i := range 15 {
		name := fmt.Sprintf("m-%d", i)
		require.NoError(t, s.Add(job(name, fmt.Sprint(10+2*i), "", complete)))
		require.NoError(t, s.Delete(job(name, fmt.Sprint(11+2*i), "", complete)))
		require.LessOrEqual(t, s.weightOf("n"), s.budget.limit)
	}
	held := 0
	for _, name := range []string{"one", "other"} {
		d := decided(t, s, name)
		require.Equal(t, gate.Waiting, d.Action)
		if d.Reason == gate.ReasonProblem {
			held++
			require.Empty(t, s.entries[lang.Job("n", name)].seen)
		}
	}
	require.Positive(t, held)
	require.Contains(t, asked(), "one other", "both are decided again")

	// Whoever is held for too much holds no deletion.
	s.budget.limit = 1
	require.NoError(t, s.Update(job("p", "99", "", ttl, complete, guarded, goingAway)))
	require.Equal(t, gate.ReasonProblem, decided(t, s, "third").Reason)
	require.Equal(t, gate.RemoveGuard, guarding(s, "p"))
	for _, name := range []string{"one", "other", "third"} {
		require.NoError(t, s.Delete(job(name, "100", "")))
	}
	require.Empty(t, s.budget.of, "what is counted goes with the Jobs")
}

func TestLongLabelsAreNotKeptBesideTheirJobs(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	require.NoError(t, s.Add(job("small", "1", "", labelled)))
	require.NoError(t, s.Add(job("large", "2", "", func(j *batchv1.Job) {
		j.Labels = map[string]string{}
		for i := range 20 {
			j.Labels[fmt.Sprint("l", i)] = strings.Repeat("x", 60)
		}
	})))
	require.Len(t, s.labels.sets, 1)
}

func TestATextThatCannotBeReadIsReadOnce(t *testing.T) {
	t.Parallel()
	s, _ := recordingStore()
	ref := lang.Job("n", "load")
	require.NoError(t, s.Add(job("load", "1", "a and and")))
	first := s.entries[ref].invalid
	require.NoError(t, s.Update(job("load", "2", "a and and", labelled)))
	require.Same(t, first, s.entries[ref].invalid)
	require.NoError(t, s.Update(job("load", "3", "a and or")))
	require.NotEqual(t, first.Error(), s.entries[ref].invalid.Error())
	require.NoError(t, s.Update(job("load", "4", "extract")))
	require.Equal(t, gate.ReasonWaiting, decided(t, s, "load").Reason)
}
