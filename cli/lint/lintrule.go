package lint

import (
	"fmt"

	"depctl.dev/cli/internal/manifest"
	"depctl.dev/lang"
)

// lintRule looks for one mistake that is not in the expression alone: in the
// rest of its object, or in what the objects make of one another.
type lintRule struct {
	code     lang.Code
	severity lang.Severity
	// about says what a finding means in general.
	about string
	// find looks at one object. Where the object asks to be spared is not its
	// business.
	find func(*linting, *manifest.Workload) []mistake
}

// mistake is what a rule finds: where, what, and what to do.
type mistake struct {
	at            lang.Span
	message, hint string
}

func mistakef(at lang.Span, hint, format string, args ...any) []mistake {
	return []mistake{{at: at, hint: hint, message: fmt.Sprintf(format, args...)}}
}

// manifestCodes are those of rules about what is still to be applied, or is applied
// again. A Job of a cluster has been made, and tells nothing of that.
var manifestCodes = []lang.Code{"suspend-in-manifest", "array-parallelism", "wave-order", "hook-deleted"}

const unknownCode lang.Code = "unknown-code"

// lintRules returns the rules, in the order of docs/reference/lint.md. A rule is an error
// if the gate holds the Job for it, or if the Job runs without having waited.
func lintRules() []lintRule {
	return []lintRule{
		{"deadlock", lang.Error, "Jobs wait for one another in a circle, and no other can open it.", deadlock},
		{"missing-prerequisite", lang.Warning, "no Job of this name is among the files, or in the cluster.", missingPrerequisite},
		{"no-step", lang.Error, "no Job of the run's folder has this name, so the run would wait for it forever.", noStep},
		{"run-cycle", lang.Error, "a Job waits for one that waits for the whole run, and so for this Job.", runCycle},
		{"forbidden-reference", lang.Warning, "the service account of the Job's pods may not look at what is waited for, in another namespace.", forbiddenReference},
		{"missing-kind", lang.Warning, "the cluster has no such kind of objects.", missingKind},
		{"misplaced-annotation", lang.Error, "the annotation stands where nobody reads it: the Job does not wait.", misplacedAnnotation},
		{"misspelt-annotation", lang.Warning, "no annotation has this name, and one has nearly the same.", misspeltAnnotation},
		{"bad-annotation", lang.Error, "an annotation beside the expression has a value that cannot be read.", badAnnotation},
		{"bad-held", lang.Error, "what a Deployment, a Pod, a JobSet or a RayJob waits for cannot be read, or an annotation of it is for Jobs.", badHeld},
		{"bad-array-limit", lang.Error, "depctl.dev/array-limit is no number, or nobody goes by it.", badArrayLimit},
		{"bad-uses", lang.Error, "depctl.dev/uses or depctl.dev/priority cannot be read, or nobody goes by it.", badUses},
		{"foreign-owner", lang.Error, "somebody else decides when the Job runs, and it does not wait.", foreignOwner},
		{"no-completions", lang.Error, "with completions: 0 the Job is complete at once, and does not wait.", noCompletions},
		{"suspend-in-manifest", lang.Warning, "suspend: true in a manifest stops the Job each time the manifest is applied.", suspendInManifest},
		{"short-ttl", lang.Warning, "a Job that others wait for is deleted soon after it has finished.", shortTTL},
		{"cronjob-concurrency", lang.Warning, "a run of a CronJob that waits is an active one: the next is skipped.", cronJobConcurrency},
		{"cronjob-replace", lang.Error, "a run of a CronJob that waits is deleted when the next is due.", cronJobReplace},
		{"cronjob-order", lang.Warning, "the run of a CronJob that is waited for comes later than the one that waits: that of the period before would be taken.", cronJobOrder},
		{"cronjob-too-often", lang.Warning, "a CronJob runs again before what it waits for and it can be over.", scheduleTooShort},
		{"outcome-lost", lang.Warning, "how the run of a CronJob ended may be lost with its Job, and others wait for it.", outcomeLost},
		{"branch-join", lang.Error, "a Job waits for two that run with different results of the same Job, so for one that never runs.", branchJoin},
		{"waiting-container", lang.Warning, "an init container waits for Jobs by counting pods, which a Job that is held has none of.", waitingContainer},
		{"array-parallelism", lang.Warning, "the gate raises parallelism when it releases an array element by element; applying the manifest again lowers it.", arrayParallelism},
		{"deadline-while-waiting", lang.Warning, "activeDeadlineSeconds runs while elements wait.", deadlineWhileWaiting},
		{"large-array", lang.Warning, "each element that waits is a Pod.", largeArray},
		{"not-text", lang.Error, "a name, label or annotation is not text to kubectl.", textual},
		{"long-name", lang.Error, "the name is longer than that of a Job can be.", longName},
		{"same-name", lang.Warning, "another Job has the same name, and the last one counts.", sameName},
		{"wave-order", lang.Error, "Helm or Argo CD makes a prerequisite only once the Job that waits for it has completed.", waveOrder},
		{"hook-deleted", lang.Warning, "Helm or Argo CD deletes a prerequisite before the Job that waits for it is made.", hookDeleted},
		{"old-run", lang.Warning, "a glob or selector also counts earlier runs of a CronJob.", oldRun},
		{"ends-early", lang.Warning, "a successPolicy may end an array before the element that is waited for has completed.", endsEarly},
		{"no-parallelism", lang.Warning, "with parallelism: 0 the Job has no pods until somebody raises it.", noParallelism},
		{"pod-quota", lang.Warning, "elements that wait may take all pods of a quota.", podQuota},
		{"pod-group", lang.Error, "pods of a group start together, and one element that waits holds all.", podGroup},
		{"missing-scheduler", lang.Warning, "the Pod template asks for depctl-scheduler, and none runs.", missingScheduler},
		{unknownCode, lang.Warning, "depctl.dev/lint-ignore names a code that there is not.", unknownCodes},
	}
}
