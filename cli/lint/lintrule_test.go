package lint

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	sigsyaml "sigs.k8s.io/yaml"

	"depctl.dev/cli/internal/manifest"
)

func lintCodes(t *testing.T, text string) string {
	t.Helper()
	m := manifest.NewManifest("test.yaml", []byte(text))
	var found []string
	for _, f := range newLinting([]*manifest.Manifest{m}, "default", "").findings(m) {
		at := manifest.FindingsJSON([]manifest.Finding{f})[0]
		found = append(found, fmt.Sprintf("%d:%d %s", at.Line, at.Column, at.Code))
	}
	return strings.Join(found, ", ")
}

// jobText is a Job in one line, with a container.
func jobText(name, dependsOn, annotations, spec string) string {
	if dependsOn != "" {
		annotations = fmt.Sprintf("depctl.dev/depends-on: %q, %s", dependsOn, annotations)
	}
	if spec == "" {
		spec = "backoffLimit: 6"
	}
	return fmt.Sprintf("---\nkind: Job\nmetadata: {name: %s, annotations: {%s}}\nspec: {%s, template: {spec: {containers: [{name: a}]}}}\n", name, annotations, spec)
}

func TestRulesSpeakOnlyWhereThereIsSomethingToFix(t *testing.T) {
	t.Parallel()
	plain := func(name, dependsOn string) string { return jobText(name, dependsOn, "", "") }
	deployed := func(name, dependsOn string) string {
		return fmt.Sprintf("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %s, annotations: {depctl.dev/depends-on: %q}}\n", name, dependsOn)
	}
	const array = "completionMode: Indexed, completions: 20"
	cron := func(spec, annotations string) string {
		return "---\nkind: CronJob\nmetadata: {name: nightly}\nspec: {schedule: x, " + spec + " jobTemplate: {metadata: {annotations: {" + annotations + "}}}}\n"
	}
	night := func(name, schedule, annotations, spec string) string {
		return "---\nkind: CronJob\nmetadata: {name: " + name + "}\nspec: {schedule: \"" + schedule + "\", " + spec + "jobTemplate: {metadata: {annotations: {" + annotations + "}}, spec: {ttlSecondsAfterFinished: 86400}}}\n"
	}
	const hour, keep = "depctl.dev/expected-duration: 1h, ", "depctl.dev/keep-outcome: 'true', "
	inRun := func(name, dependsOn string) string {
		return strings.Replace(plain(name, dependsOn), "metadata: {", "metadata: {labels: {depctl.dev/run: k}, ", 1)
	}
	waitFor := func(kind, args string) string {
		return "---\nkind: " + kind + "\nmetadata: {name: web}\nspec: {template: {spec: {initContainers: [{name: w, " + args + "}]}}}\n"
	}
	tests := map[string]struct{ text, want string }{
		"a circle, once, on its first Job":                     {plain("b", "a") + plain("c", "b") + plain("a", "c"), "11:59 deadlock"},
		"a circle with a way out":                              {plain("a", "b or c") + plain("b", "a") + plain("c", ""), ""},
		"a circle through a set that may get more":             {plain("a", "s-* >= 1") + plain("s-1", "a"), ""},
		"two circles beside one another":                       {plain("a", "b") + plain("b", "a") + plain("c", "d") + plain("d", "c"), "3:59 deadlock, 11:59 deadlock"},
		"a circle behind a text that cannot be read":           {plain("a", "b") + plain("b", "a, C"), "7:62 bad-name"},
		"a name that nobody has, alone":                        {plain("load", "extract"), ""},
		"a name that nobody has, with one nearly the same":     {plain("load", "exctract") + plain("extract", ""), "3:62 missing-prerequisite"},
		"a name that differs in its number":                    {plain("load", "shard-11") + plain("shard-10", ""), ""},
		"a name that is nearly the Job's own":                  {plain("load2", "load"), ""},
		"a name that nobody has, where others are found":       {plain("a", "b, zzz") + plain("b", ""), "3:62 missing-prerequisite"},
		"a name in a namespace that is not among the files":    {plain("a", "b, etl/zzz") + plain("b", ""), ""},
		"a name in a Deployment that nobody has":               {plain("a", "b") + plain("b", "") + deployed("web", "b, zzz"), "12:64 missing-prerequisite"},
		"a name in a Deployment, one that has one nearly":      {plain("extract", "") + deployed("web", "exctract"), "8:61 missing-prerequisite"},
		"a name in a Deployment, found among others":           {plain("a", "zzz") + plain("b", "") + deployed("web", "b"), "3:59 missing-prerequisite"},
		"a name in a Deployment that nobody has, elsewhere":    {plain("a", "b") + deployed("web", "zzz"), ""},
		"a circle of a Job and a Deployment":                   {plain("a", "deployment:web") + deployed("web", "a"), "3:59 deadlock"},
		"a name that is asked for twice":                       {plain("a", "b, zzz, failed(zzz)") + plain("b", ""), "3:62 missing-prerequisite"},
		"a name that a CronJob makes":                          {plain("a", "b, nightly-29391840") + plain("b", "") + cron("", ""), ""},
		"a name that generateName makes":                       {plain("a", "b, run-x7f2k") + plain("b", "") + "---\nkind: Job\nmetadata: {generateName: run-}\n", ""},
		"a name of a patch of a Job":                           {plain("a", "b, c") + plain("b", "") + "---\nkind: Job\nmetadata: {name: c}\n", ""},
		"a patch after its Job":                                {plain("a", "b[2]") + jobText("b", "", "", array) + "---\nkind: Job\nmetadata: {name: b}\n", ""},
		"an element that an array does not have":               {plain("a", "b[20]") + jobText("b", "", "", array), "3:59 no-such-element"},
		"an element of a Job that is no array":                 {plain("a", "b[0]") + plain("b", ""), "3:59 no-such-element"},
		"a count of an array that ends with its first failure": {plain("a", "succeeded(b[*]) >= 90%") + jobText("b", "", "", array), "3:69 whole-array-fails"},
		"a name of another kind":                               {plain("a", "srevice:nightly"), "3:59 unknown-kind"},

		"suspend: false":                                 {jobText("a", "b", "", "suspend: false"), ""},
		"suspend: true without the annotation":           {jobText("a", "", "", "suspend: true"), ""},
		"suspend: true":                                  {jobText("a", "b", "", "suspend: true"), "4:17 suspend-in-manifest"},
		"completions: 0":                                 {jobText("a", "b", "", "completions: 0"), "4:21 no-completions"},
		"completions: 0 without the annotation":          {jobText("a", "", "", "completions: 0"), ""},
		"managedBy the Job controller":                   {jobText("a", "b", "", "managedBy: kubernetes.io/job-controller"), ""},
		"managedBy another":                              {jobText("a", "b", "", "managedBy: kueue.x-k8s.io/multikueue"), "4:19 foreign-owner"},
		"a TTL of a Job that nobody waits for":           {jobText("a", "", "", "ttlSecondsAfterFinished: 0"), ""},
		"a TTL of 5 minutes":                             {jobText("a", "", "", "ttlSecondsAfterFinished: 300") + plain("b", "a"), ""},
		"a TTL of an hour, and a CronJob":                {jobText("a", "", "", "ttlSecondsAfterFinished: 3600") + cron("", "depctl.dev/depends-on: a"), "4:33 short-ttl"},
		"a CronJob that allows":                          {cron("concurrencyPolicy: Allow,", "depctl.dev/depends-on: a"), ""},
		"a CronJob that replaces":                        {cron("concurrencyPolicy: Replace,", "depctl.dev/depends-on: a"), "4:40 cronjob-replace"},
		"a CronJob that replaces, and waits for nothing": {cron("concurrencyPolicy: Replace,", ""), ""},
		"a CronJob that forbids":                         {cron("concurrencyPolicy: Forbid,", "depctl.dev/depends-on: a"), "4:40 cronjob-concurrency"},
		"a name that may be absent":                      {plain("a", "b, (zzz or absent(zzz) + 1m)") + plain("b", ""), ""},
		"a run, in a Job of none":                        {plain("a", "failed(run)") + cron("", ""), "3:66 no-run"},
		"an outcome that goes with its Job":              {night("load", "0 2 * * *", "", "") + night("sum", "0 2 * * *", "depctl.dev/depends-on: cronjob:load", ""), "4:106 outcome-lost"},
		"an outcome that is kept":                        {night("load", "0 2 * * *", keep, "") + night("sum", "0 2 * * *", "depctl.dev/depends-on: cronjob:load", ""), ""},
		"an outcome that is asked for a day later":       {night("load", "0 2 * * *", "", "") + plain("sum", "cronjob:load@-7"), "4:106 outcome-lost"},
		"a chain that is longer than the period":         {night("load", "*/90 * * * *", keep+hour, "") + night("sum", "0 */2 * * *", hour+keep+"depctl.dev/depends-on: cronjob:load", "") + night("mail", "0 */2 * * *", hour+"depctl.dev/depends-on: cronjob:sum", ""), "12:18 cronjob-too-often"},
		"a chain of another night":                       {night("mail", "0 */2 * * *", hour+keep+"depctl.dev/depends-on: cronjob:mail@-1", ""), ""},
		"a chain of which a part is not known":           {night("load", "0 * * * *", keep, "") + night("sum", "0 * * * *", hour+"depctl.dev/depends-on: cronjob:load", ""), ""},
		"a join of branches":                             {plain("check", "") + plain("x", "succeeded(check, result=yes)") + plain("z", "succeeded(check, result=no)") + plain("join", "x, z"), "15:65 branch-join"},
		"a join of either branch":                        {plain("check", "") + plain("x", "succeeded(check, result=yes)") + plain("z", "succeeded(check, result=no)") + plain("join", "x or z"), ""},
		"a join of two with one result in common":        {plain("check", "") + plain("x", "succeeded(check, result=yes, result=maybe)") + plain("z", "succeeded(check, result=maybe)") + plain("join", "x, z"), ""},
		"a join of results of two Jobs":                  {plain("check", "") + plain("test", "") + plain("x", "succeeded(check, result=yes)") + plain("z", "succeeded(test, result=no)") + plain("join", "x, z"), ""},
		"a CronJob that forbids, for a time":             {cron("concurrencyPolicy: Forbid,", "depctl.dev/depends-on: a, depctl.dev/wait-timeout: 2h"), ""},
		"a CronJob that says itself what to ignore":      {strings.Replace(cron("concurrencyPolicy: Forbid,", "depctl.dev/depends-on: a"), "nightly}", "nightly, annotations: {depctl.dev/lint-ignore: cronjob-concurrency}}", 1), ""},

		"i, and parallelism of all":          {jobText("a", "b[i]", "", array+", parallelism: 20"), ""},
		"i, and less parallelism":            {jobText("a", "b[i]", "", array+", parallelism: 5"), "4:63 array-parallelism"},
		"no i, and less parallelism":         {jobText("a", "b", "", array+", parallelism: 5"), ""},
		"no i, and a deadline":               {jobText("a", "b", "", array+", activeDeadlineSeconds: 5"), ""},
		"self, and a deadline":               {jobText("a", "self[i-1]", "", array+", activeDeadlineSeconds: 5"), "4:73 deadline-while-waiting"},
		"a limit":                            {jobText("a", "b[i]", `depctl.dev/array-limit: "5"`, array), ""},
		"a limit that is no number":          {jobText("a", "b", "depctl.dev/array-limit: ten", array), "3:87 bad-array-limit"},
		"a limit of 0":                       {jobText("a", "b", `depctl.dev/array-limit: "0"`, array), "3:87 bad-array-limit"},
		"a limit of a Job that is no array":  {jobText("a", "b", `depctl.dev/array-limit: "5"`, ""), "3:87 bad-array-limit"},
		"a policy that there is not":         {jobText("a", "b", "depctl.dev/on-dependency-failure: ignore", ""), "3:97 bad-annotation"},
		"near its prerequisites":             {jobText("a", "b", "depctl.dev/near: 'true'", ""), ""},
		"near in another way":                {jobText("a", "b", "depctl.dev/near: rack", ""), "3:80 bad-annotation"},
		"near nothing":                       {jobText("a", "", "depctl.dev/near: 'true'", ""), "3:52 bad-annotation"},
		"a duration that is none":            {jobText("a", "", "depctl.dev/expected-duration: long", ""), ""},
		"tokens":                             {jobText("a", "", "depctl.dev/uses: 'licence=2, ops/db', depctl.dev/priority: '-5'", ""), ""},
		"no number of tokens":                {jobText("a", "b", "depctl.dev/uses: licence=0", ""), "3:80 bad-uses"},
		"tokens of a limit, twice":           {jobText("a", "", "depctl.dev/uses: 'db, db'", ""), "3:52 bad-uses"},
		"tokens, and elements wait":          {jobText("a", "b[i]", "depctl.dev/uses: db", array), ""},
		"a priority that is no number":       {jobText("a", "", "depctl.dev/uses: db, depctl.dev/priority: high", ""), "3:77 bad-uses"},
		"a priority without tokens":          {jobText("a", "b", "depctl.dev/priority: '1'", ""), "3:84 bad-uses"},
		"an annotation of others":            {jobText("a", "b", "example.com/depend-on: c", ""), ""},
		"a label among the annotations":      {jobText("a", "b", "depctl.dev/run: x", ""), "3:79 bad-annotation"},
		"one that nobody knows":              {jobText("a", "b", "depctl.dev/window: x", ""), "3:82 bad-annotation"},
		"the right name with a wrong prefix": {jobText("a", "", "depctl.io/depends-on: c", ""), "3:35 misspelt-annotation"},

		"annotations everywhere":  {strings.Replace(plain("a", "b"), "template: {", "template: {metadata: {annotations: {depctl.dev/depends-on: b}}, ", 1), ""},
		"on the CronJob":          {"kind: CronJob\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\nspec: {jobTemplate: {spec: {}}}\n", "2:35 misplaced-annotation"},
		"on a StatefulSet":        {"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", "3:35 misplaced-annotation"},
		"a Deployment waits":      {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", ""},
		"a Deployment's pods":     {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: m}\nspec: {template: {metadata: {annotations: {depctl.dev/depends-on: a}}}}\n", "4:44 misplaced-annotation"},
		"a Deployment, unread":    {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a or}}\n", "3:58 bad-held"},
		"a JobSet that waits":     {"apiVersion: jobset.x-k8s.io/v1alpha2\nkind: JobSet\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", ""},
		"a RayJob without an end": {"apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", "3:58 bad-held"},
		"a Pod that waits":        {"apiVersion: v1\nkind: Pod\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", ""},
		"a Pod of a node":         {"apiVersion: v1\nkind: Pod\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\nspec: {nodeName: n1}\n", "3:58 bad-held"},
		"a RayJob that can wait":  {"apiVersion: ray.io/v1\nkind: RayJob\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\nspec: {shutdownAfterJobFinishes: true}\n", ""},
		"a Deployment's timeout":  {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a, depctl.dev/wait-timeout: 1h}}\n", "3:86 bad-held"},
		"on a ConfigMap":          {"kind: ConfigMap\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", ""},
		"among the labels":        {"kind: Job\nmetadata: {name: m, labels: {depctl.dev/depends-on: a}}\n", "2:30 misplaced-annotation"},

		"a wait for a Job that is not held":      {plain("a", "") + waitFor("Deployment", "image: groundnuty/k8s-wait-for:v2, args: [job, a]"), ""},
		"a wait for a Job that is held":          {plain("a", "b") + waitFor("Deployment", "image: groundnuty/k8s-wait-for:v2, args: [job-we, a]"), "8:60 waiting-container"},
		"a wait for labels, where some are held": {plain("a", "b") + waitFor("StatefulSet", "image: k8s-wait-for, args: [job, -lapp=a]"), "8:60 waiting-container"},
		"a wait for a service":                   {plain("a", "b") + waitFor("Deployment", "image: k8s-wait-for, args: [service, a]"), ""},
		"a wait by environment":                  {plain("a", "b") + waitFor("Deployment", "image: r/kubernetes-entrypoint@sha256:0, env: [{name: DEPENDENCY_JOBS, value: 'x:y,default:a'}]"), "8:60 waiting-container"},
		"another image":                          {plain("a", "b") + waitFor("Deployment", "image: busybox, args: [job, a]"), ""},

		"a name that is true to kubectl":                     {"kind: Job\nmetadata: {name: y}\n", "2:18 not-text"},
		"a namespace that is a number":                       {"kind: Job\nmetadata: {name: a, namespace: 1_000}\n", "2:32 not-text"},
		"a name in quotes":                                   {"kind: Job\nmetadata: {name: \"y\"}\n", ""},
		"an annotation that is null":                         {"kind: Job\nmetadata: {name: a, annotations: {x: , depctl.dev/depends-on: b}}\n", "2:35 not-text"},
		"an annotation that is null, of no waiter":           {jobText("a", "", "x: ", ""), ""},
		"a JobSet, and a Job of it":                          {"kind: JobSet\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\nspec: {replicatedJobs: [{template: {metadata: {annotations: {depctl.dev/depends-on: a}}}}]}\n", "2:35 misplaced-annotation"},
		"a Job of a JobSet":                                  {"kind: JobSet\nmetadata: {name: m}\nspec: {replicatedJobs: [{template: {metadata: {annotations: {depctl.dev/depends-on: a}}}}]}\n", "3:62 misplaced-annotation"},
		"an Argo Workflow":                                   {"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", "3:35 misplaced-annotation"},
		"a Job of Volcano":                                   {"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nmetadata: {name: m, annotations: {depctl.dev/depends-on: a}}\n", "3:35 misplaced-annotation"},
		"a name that is only a CronJob's":                    {plain("a", "nightly") + cron("", ""), "3:59 missing-prerequisite"},
		"a name with a prefix of kustomize":                  {plain("a", "extract") + plain("dev-extract", ""), "3:59 missing-prerequisite"},
		"a namespace that is nearly another":                 {plain("a", "elt/load") + "---\nkind: Job\nmetadata: {name: load, namespace: etl}\n", "3:59 missing-prerequisite"},
		"runs of before":                                     {plain("a", "nightly-* >= 1") + cron("", ""), "3:59 old-run"},
		"a run, of which no CronJob's Job is":                {inRun("a", "failed(run)") + cron("", ""), ""},
		"steps of a run, of which no CronJob's is":           {inRun("a", "nightly-* >= 1") + cron("", ""), ""},
		"runs of before, of itself":                          {cron("", `depctl.dev/depends-on: "finished(nightly-*, made=before)"`), ""},
		"a wave after its own":                               {jobText("a", "b", `argocd.argoproj.io/sync-wave: "1"`, "") + jobText("b", "", `argocd.argoproj.io/sync-wave: "2"`, ""), "3:59 wave-order"},
		"the same wave":                                      {jobText("a", "b", `argocd.argoproj.io/sync-wave: "1"`, "") + jobText("b", "", `argocd.argoproj.io/sync-wave: "1"`, ""), ""},
		"a hook of Helm that waits for what is not":          {jobText("a", "b", `helm.sh/hook: pre-install`, "") + plain("b", ""), "3:59 wave-order"},
		"a hook of Helm of the same weight, by name later":   {jobText("a", "b", `helm.sh/hook: pre-install`, "") + jobText("b", "", `helm.sh/hook: pre-install`, ""), "3:59 wave-order"},
		"a hook of Helm of the same weight, by name earlier": {jobText("b", "a", `helm.sh/hook: pre-install`, "") + jobText("a", "", `helm.sh/hook: pre-install`, ""), ""},
		"a hook of Helm of a lower weight":                   {jobText("a", "b", `helm.sh/hook: pre-install, helm.sh/hook-weight: "1"`, "") + jobText("b", "", `helm.sh/hook: pre-install`, ""), ""},
		"a hook that is deleted with its event":              {jobText("b", "a", `helm.sh/hook: pre-install`, "") + jobText("a", "", `helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-succeeded`, ""), ""},
		"a hook that is deleted before what comes later":     {jobText("b", "a", `helm.sh/hook: post-install`, "") + jobText("a", "", `helm.sh/hook: pre-install, helm.sh/hook-delete-policy: hook-succeeded`, ""), "7:90 hook-deleted"},
		"what is no hook waits for one of Helm":              {plain("a", "b") + jobText("b", "", `helm.sh/hook: post-install`, ""), ""},
		"a hook that is deleted after its waiter":            {plain("a", "b") + jobText("b", "", `helm.sh/hook: post-install, helm.sh/hook-delete-policy: hook-succeeded`, ""), ""},
		"kubectl wait for a Job that is held":                {plain("a", "b") + waitFor("Deployment", "image: bitnami/kubectl, args: [wait, --for=condition=complete, job/a]"), "8:60 waiting-container"},
		"kubectl wait in a script":                           {plain("a", "b") + waitFor("Deployment", "image: x, command: [sh, -c, kubectl wait --for=condition=complete job/a]"), "8:60 waiting-container"},
		"kubectl wait for a Job that is not held":            {plain("a", "") + waitFor("Deployment", "image: bitnami/kubectl, args: [wait, job/a]"), ""},
		"kubectl wait for a pod":                             {plain("a", "b") + waitFor("Deployment", "image: bitnami/kubectl, args: [wait, pod/a]"), ""},
		"all of an array that ends early":                    {plain("a", "b") + jobText("b", "", "", array+", successPolicy: {rules: [{succeededIndexes: '0'}]}"), ""},
		"parallelism: 0 of a Job that nobody wants":          {jobText("a", "", "", "parallelism: 0"), ""},

		"a code that there is not":   {jobText("a", "b", "depctl.dev/lint-ignore: 'nonsense, short-ttl'", ""), "3:87 unknown-code"},
		"a mistake that is silenced": {jobText("a", "s-*, B", "depctl.dev/lint-ignore: bad-name", ""), ""},
		"only what is named":         {jobText("a", "s-*, a", "depctl.dev/lint-ignore: open-set", ""), "3:64 self-reference"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, lintCodes(t, test.text), test.text) })
	}
}

func TestFilesAreLookedAtTogether(t *testing.T) {
	t.Parallel()
	a, b := manifest.NewManifest("a.yaml", []byte(jobText("a", "b", "", ""))), manifest.NewManifest("b.yaml", []byte(jobText("b", "a", "", "")))
	l := newLinting([]*manifest.Manifest{b, a}, "etl", "")
	require.Empty(t, l.findings(b))
	found := l.findings(a)
	require.Len(t, found, 1)
	require.Equal(t, "held in a deadlock: etl/a waits for etl/b, which waits for etl/a", found[0].Message)
	require.Equal(t, "edit one of the annotations", found[0].Hint)
}

// BenchmarkLint lints 10,000 Jobs in one file.
// TestChainsThatPartAndMeetAreFollowedOnce has 2^60 ways through a ladder of CronJobs.
func TestChainsThatPartAndMeetAreFollowedOnce(t *testing.T) {
	t.Parallel()
	ladder := func(rungs int) string {
		var b strings.Builder
		for i := range rungs {
			for _, side := range []string{"a", "b"} {
				dependsOn := ""
				if i > 0 {
					dependsOn = fmt.Sprintf(", depctl.dev/depends-on: 'cronjob:a%d, cronjob:b%d'", i-1, i-1)
				}
				fmt.Fprintf(&b, "---\nkind: CronJob\nmetadata: {name: %s%d}\nspec: {schedule: '0 * * * *', jobTemplate: {metadata: {annotations: {depctl.dev/expected-duration: 1m%s}}}}\n", side, i, dependsOn)
			}
		}
		return b.String()
	}
	require.NotContains(t, lintCodes(t, ladder(60)), "cronjob-too-often")
	require.Equal(t, 2, strings.Count(lintCodes(t, ladder(61)), "cronjob-too-often"), "the last rung takes 61 minutes")
}

func BenchmarkLint(b *testing.B) {
	for name, dependsOn := range map[string]func(i int) string{
		"chain":              func(i int) string { return fmt.Sprintf("job-%d", i-1) },
		"circle":             func(i int) string { return fmt.Sprintf("job-%d", (i+9_999)%10_000) },
		"names-nobody-has":   func(i int) string { return fmt.Sprintf("jop-%d, job-0", i) },
		"all-wait-for-a-few": func(int) string { return "job-?, job-?? >= 5" },
	} {
		b.Run(name, func(b *testing.B) {
			var text strings.Builder
			for i := range 10_000 {
				text.WriteString(jobText(fmt.Sprintf("job-%d", i), dependsOn(i), "", ""))
			}
			for b.Loop() {
				m := manifest.NewManifest("test.yaml", []byte(text.String()))
				newLinting([]*manifest.Manifest{m}, "default", "").findings(m)
			}
		})
	}
}

// TestScalarsArriveAsKubectlReadsThem compares with the library that kubectl reads
// YAML with.
func TestScalarsArriveAsKubectlReadsThem(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"y", "Y", "yes", "on", "On", "oN", "no", "n", "N", "off", "OFF", "true", "tRue", "1_000", "0x1F", "0o17", "017", "08", "0b11", "1:30",
		"190:20:30", "1.5", "1e3", ".5", "685_230.15", "+12", "~", "null", "2026-12-01", "2026-12-01T22:00:00Z", "=", "_1", "0_1", "1__0", `"on"`, "'12'", "a<b",
	} {
		want, err := sigsyaml.YAMLToJSON([]byte("a: " + text + "\n"))
		require.NoError(t, err, text)
		var root yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte("a: "+text+"\n"), &root), text)
		require.JSONEq(t, string(want), `{"a":`+manifest.Arrives(root.Content[0].Content[1])+`}`, text)
	}
}
