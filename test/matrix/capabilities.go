package main

import (
	"regexp"
	"slices"
	"strings"
)

// version is a control plane to test on.
type version struct {
	// Name is the heading of its column, and unique.
	Name string `json:"name"`
	// Kubernetes is its release, such as v1.36.3.
	Kubernetes string `json:"kubernetes"`
	// Webhooks says that it has no MutatingAdmissionPolicies.
	Webhooks bool `json:"webhooks,omitempty"`
	// Features are feature gates that are on beside the usual ones.
	Features string `json:"features,omitempty"`
}

// grouped are the feature gates with which a cluster schedules the pods of a Job as one.
const grouped = "GenericWorkload=true,WorkloadWithJob=true"

// versions are the control planes of the page. The last but one is what all tests run on.
func versions(current string) []version {
	return []version{
		{Name: "1.34", Kubernetes: "v1.34.4", Webhooks: true},
		{Name: "1.35", Kubernetes: "v1.35.4", Webhooks: true},
		{Name: "1.36", Kubernetes: "v1.36.3"},
		{Name: "1.37", Kubernetes: current},
		{Name: "1.37, pods in groups", Kubernetes: current, Features: grouped},
	}
}

// capability is a line of the page.
type capability struct {
	// Name says what one can do, and Guide is its page below docs.
	Name, Guide string
	// Tests are those of test/integration that show it: all subtests, or one of them.
	Tests []string
	// Not has why the versions of some names do not have it. What holds there instead is
	// shown by the tests in Instead, if there are any.
	Not     map[string]string
	Instead []string
}

const groups = "one pod that waits holds up the others of its Job; the gate says so on the Job, and `depctl lint` before"

// capabilities are the lines of the page.
var capabilities = []capability{
	{Name: "Jobs run in order, across namespaces", Guide: "tutorial/first-steps.md", Tests: []string{
		"TestJobsRunInOrderWhateverOrderTheyWereAppliedIn", "TestPrerequisiteInAnotherNamespace", "TestTheMessageOfARefusalGrantsTheRight",
	}},
	{Name: "Random graphs end as decided from scratch", Guide: "design/invariants.md", Tests: []string{"TestRandomJobsEndAsDecidedFromScratch"}},
	{Name: "A gate that is killed loses nothing", Guide: "guide/upgrade.md", Tests: []string{"TestCrashesAndConflicts", "TestVanishingWhileNoGateRuns"}},
	{Name: "Jobs that nobody starts too early", Guide: "design/holding.md", Tests: []string{
		"TestApplyThenServerSideApplyKeepsTheJobHeld", "TestGetModifyPutKeepsTheJobHeld", "TestUnsuspendingByHandKeepsTheJobHeld", "TestCopyOfAReleasedJobIsANewJob",
	}},
	{Name: "Held by policies", Guide: "guide/webhook.md", Tests: []string{"TestPoliciesAndWebhooksHoldTheSame/full"}, Not: map[string]string{
		"1.34": "use the webhook", "1.35": "use the webhook",
	}},
	{Name: "Held by webhooks", Guide: "guide/webhook.md", Tests: []string{"TestPoliciesAndWebhooksHoldTheSame/webhook-full"}},
	{Name: "The gate's leash", Guide: "reference/gate.md", Tests: []string{"TestTheLeashLetsTheGateDoItsWork"}},
	{Name: "Arrays, element by element", Guide: "guide/arrays.md", Tests: []string{
		"TestEachElementWaitsForItsOwn", "TestWavefront", "TestARetryOfAnElementRunsAtOnce", "TestElementsFollowAResize",
	}, Not: map[string]string{"1.37, pods in groups": groups}, Instead: []string{"TestArraysWhereTheClusterGroupsPods"}},
	{Name: "Runs of a folder", Guide: "guide/runs.md", Tests: []string{"TestRunsNeverSeeOneAnother", "TestHandlersOfARun", "TestAFolderRunsTwiceAtOnce"}},
	{Name: "Runs of CronJobs", Guide: "guide/replace-your-scheduler.md", Tests: []string{"TestACronJobIsRunNow", "TestACronJobWaitsForTheRunOfTheSameMinute"}},
	{Name: "Limits", Guide: "guide/limits.md", Tests: []string{"TestLimits"}},
	{Name: "Results of Jobs", Guide: "guide/results.md", Tests: []string{"TestResults"}},
	{Name: "Other kinds, as prerequisites and as what waits", Guide: "guide/kinds.md", Tests: []string{"TestKinds"}},
	{Name: "The nudge", Guide: "design/nudge.md", Tests: []string{"TestAChainIsNudged"}},
	{Name: "A failure, a skip, a time-out", Guide: "reference/language.md", Tests: []string{"TestAFailureGoesDownTheChain", "TestAWaitEndsInTime", "TestAJobThatRunsAllTheSame"}},
	{Name: "Uninstalling it", Guide: "guide/uninstall.md", Tests: []string{"TestUninstallReleasesAtOnce"}},
	{Name: "depctl-scheduler", Guide: "guide/scheduling.md", Tests: []string{"TestDepctlScheduler"}, Not: map[string]string{
		"1.34": "needs 1.37", "1.35": "needs 1.37", "1.36": "needs 1.37",
	}},
}

// on returns the tests that show a capability on a version.
func (c capability) on(v version) []string {
	if c.Not[v.Name] != "" {
		return c.Instead
	}
	return c.Tests
}

// pattern returns what -test.run takes for tests. All have as many parts.
func pattern(tests []string) string {
	parts := strings.Split(tests[0], "/")
	for i := range parts {
		var all []string
		for _, test := range tests {
			all = append(all, regexp.QuoteMeta(strings.Split(test, "/")[i]))
		}
		slices.Sort(all)
		parts[i] = "^(" + strings.Join(slices.Compact(all), "|") + ")$"
	}
	return strings.Join(parts, "/")
}
