package lang

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fixed returns a text with what a hint suggests.
func fixed(text string, f Fix) string { return text[:f.Span.Start] + f.Text + text[f.Span.End:] }

// mistakes returns how many mistakes are in a text.
func mistakes(text string) int {
	_, err := Parse(text)
	var all *Diagnostics
	if !errors.As(err, &all) {
		return 0
	}
	return len(all.List) + all.More
}

// TestEveryHintLeadsOutOfItsMistake pastes what each hint of the golden file
// suggests: the text then has fewer mistakes, none if there was only one.
func TestEveryHintLeadsOutOfItsMistake(t *testing.T) {
	t.Parallel()
	tried := 0
	texts, _ := readGolden(t, "testdata/errors.golden")
	for _, text := range texts {
		_, err := Parse(text)
		var all *Diagnostics
		if !errors.As(err, &all) || all.More > 0 {
			continue
		}
		for _, d := range all.List {
			require.True(t, len(d.Fixes) > 0 || !strings.HasPrefix(d.Hint, "did you mean") || !strings.HasSuffix(d.Hint, "?"), "%s: %s has no fix", text, d.Hint)
			for _, f := range d.Fixes {
				if strings.EqualFold(text, f.Text) {
					continue // a word that joins, and nothing beside it
				}
				tried++
				require.Less(t, mistakes(fixed(text, f)), len(all.List), "%s: %s: %q", text, d.Code, fixed(text, f))
			}
		}
	}
	require.Greater(t, tried, 100)
}

// TestWhatOtherLanguagesSayIsTranslated pastes what the hint for a text of another
// scheduler suggests, and compares it with what that text means.
func TestWhatOtherLanguagesSayIsTranslated(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a.Succeeded": "a", "a.Failed": "failed(a)", "a.Errored": "failed(a)", "a.Omitted": "skipped(a)", "a.Daemoned": "ready(a)",
		"a.AnySucceeded": "succeeded(a[*]) >= 1", "a.AllFailed": "failed(a[*]) >= 100%",
		"etl/a.Failed": "failed(etl/a)", "a.Failed[3]": "failed(a[3])", "finished(a.Failed)": "finished(a)",
		"b, a.Succeeded": "b, a",

		"any(a, b)": "succeeded(a, b) >= 1", "any(a)": "a", "all(a, b)": "a, b", "weak(a)": "a or failed(a)", "weak(a), b": "(a or failed(a)), b",
		"all_success(a, b)": "a, b", "c or all_success(a, b)": "c or succeeded(a, b)",
		"all_failed(a, b)": "succeeded(a, b) == 0", "all_failed(a)": "not a",
		"one_failed(a, b)": "not succeeded(a, b)", "one_failed(a)": "not a",
		"one_success(a, b)": "succeeded(a, b) >= 1", "none_failed(a, b)": "a, b", "none_failed_min_one_success(a, b)": "a, b",
		"all_done(a, b)": "finished(a, b)", "one_done(a, b)": "succeeded(a, b) >= 1 or failed(a, b) >= 1",
		"c, one_done(a, b)": "c, (succeeded(a, b) >= 1 or failed(a, b) >= 1)",
		"all_skipped(a, b)": "skipped(a, b) >= 100%", "all_skipped(a)": "skipped(a)",
		"none_skipped(a, b)":             "finished(a, b), skipped(a, b) == 0",
		"all_done_min_one_success(a, b)": "finished(a, b), succeeded(a, b) >= 1",

		"done(a)": "a", `done("a")`: "a", "done(a[*])": "a[i]", "ended(a[*])": "finished(a[i])", "exit(a[*])": "failed(a[i])", "done(a[3])": "a[3]",
		"exit(a, 3)": "failed(a, code=3)", "exit(a, >= 3)": "failed(a, code=3..255)", "exit(a, < 3)": "failed(a, code=1..2)",
		"exit(a, != 3)": "failed(a, code=1..2, code=4..255)", "post_done(a)": "a", "post_err(a)": "failed(a)",
		"numdone(a, *)": "a[*]", "numdone(a, >= 100)": "succeeded(a[*]) >= 100", "numended(a, > 5)": "finished(a[*]) > 5",
		"numexit(a, *)": "failed(a[*]) >= 100%", "numstart(a, 3)": "started(a[*]) >= 3", "numdone(a[*], *)": "a[*]",

		"afterok:a:b": "a, b", "c or afterok:a:b": "c or succeeded(a, b)", "afterany:a": "finished(a)", "afterany:a:b": "finished(a, b)",
		"afternotok:a": "failed(a)", "afternotok:a:b": "failed(a), failed(b)", "c or afternotok:a:b": "c or failed(a, b) >= 100%",
		"after:a": "started(a)", "after:a+10": "started(a) + 10m", "after:a+10, b": "started(a) + 10m, b",
		"afterok:a?b": "a or b", "afterok:a?afterany:b": "a or finished(b)", "c, afterok:a?b": "c, (a or b)",
		"afterok:a_4": "a[4]", "afterok:a_*": "a[*]", "aftercorr:a": "a[i]", "aftercorr:a:b": "a[i], b[i]", "afterok:a[3]": "a[3]", "afterany:a[3]": "finished(a[3])",
		"afterok:1@server": "1", "afterokarray:a[][5]": "succeeded(a[*]) >= 5", "afterokarray:a[]": "a[*]",
		"afternotokarray:a[][2]": "failed(a[*]) >= 2", "afternotokarray:a[]": "failed(a[*]) >= 100%", "afteranyarray:a[]": "finished(a[*])",
		"afterstartarray:a[][2]": "started(a[*]) >= 2",
		"hold_jid(a, b)":         "finished(a, b)", "hold_jid_ad(a)": "finished(a[i])",

		"jobs.batch/x": "x", "job.batch/x": "x", "batch/Job/x": "x", "Job/x": "x", "batch/namespaces/ns/Job/x": "ns/x",
		"/namespaces/ns/batch/Job/x": "ns/x", "/apis/batch/v1/namespaces/ns/jobs/x": "ns/x", "deployments.apps/x": "deployment:x",
		"[a, b]": "a, b",
	} {
		_, err := Parse(text)
		var all *Diagnostics
		require.ErrorAs(t, err, &all, text)
		require.Len(t, all.List[0].Fixes, 1, "%s: %v", text, err)
		for _, d := range all.List {
			require.LessOrEqual(t, d.Span.End, all.List[0].Fixes[0].Span.End, "%s: what is pasted replaces all that is wrong", text)
		}
		require.Equal(t, want, fixed(text, all.List[0].Fixes[0]), text)
		e, err := Parse(want)
		require.NoError(t, err, text)
		for _, d := range e.Vet(Context{}) {
			require.NotEqual(t, Error, d.Severity, text)
		}
	}
	for text, hint := range map[string]string{
		"a.Skipped":   `a Job has no "when" that could be false; Argo's Omitted is skipped(a) here`,
		"a >> b":      "annotate the Job that waits with the name of what it waits for",
		"shard-[0-9]": "brackets are for elements of an array; for Jobs of other names write shard-*",
		"always(a)":   "leave it out: what waits for nothing has no annotation",
	} {
		_, err := Parse(text)
		var all *Diagnostics
		require.ErrorAs(t, err, &all, text)
		require.Equal(t, hint, all.List[0].Hint, text)
	}
}

// TestWhatIsSuggestedForAFindingIsClean pastes what the findings suggest.
func TestWhatIsSuggestedForAFindingIsClean(t *testing.T) {
	t.Parallel()
	plain := Context{Subject: &Subject{Ref: Job("etl", "me"), Object: &Object{}}, Kinds: []string{KindJob, "deployment"}}
	array := Context{Subject: &Subject{Ref: Job("etl", "me"), Object: &Object{Array: &Array{Size: 10}}}, Kinds: []string{KindJob, "deployment"}}
	for text, want := range map[string]string{
		"shard-* + 10m": "shard-* >= 5 + 10m", "job/a[3]": "a[3]", "a.failed[3]": "failed(a[3])", "failed(a.failed)": "failed(a)",
		"jbo:a": "a", "jbo:etl/a[3]": "etl/a[3]", "deployment/a": "deployment:a", "etl/me[*]": "", "etl/me[i]": "", "etl/me[3]": "self[3]",
	} {
		context := array
		if want == "" || !strings.Contains(text, "me") {
			context = plain
		}
		e, err := Parse(text)
		require.NoError(t, err, text)
		found := e.Vet(context)
		require.NotEmpty(t, found, text)
		if want == "" {
			require.Empty(t, found[0].Fixes, text)
			continue
		}
		require.Len(t, found[0].Fixes, 1, text)
		got := fixed(text, found[0].Fixes[0])
		require.Equal(t, want, got)
		e, err = Parse(got)
		require.NoError(t, err, got)
		require.Empty(t, e.Vet(context), got)
	}
}

func TestAKindThatNobodyLooksUpIsAnErrorWhereItHoldsForever(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Severity{
		"cronjob:a": Error, "a, not pod:b": Error, "a or pod:b": Warning, "pod:a or pod:b": Error,
		"succeeded(a, pod:b)": Error, "succeeded(a, pod:b) >= 1": Warning, "succeeded(pod:a, pod:b) >= 1": Error,
	} {
		e, err := Parse(text)
		require.NoError(t, err, text)
		found := e.Vet(Context{Kinds: []string{KindJob}})
		require.Equal(t, UnknownKind, found[0].Code, text)
		require.Equal(t, want, found[0].Severity, text)
	}
}
