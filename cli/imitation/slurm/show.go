package slurm

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"depctl.dev/cli/imitation"
)

// show prints a job, the configuration, partitions or nodes.
func (t tool) show(ctx context.Context, o *scontrolOptions, words []string) int {
	if len(words) == 0 {
		return t.fail(said("too few arguments: say what to show: job, config, partition, node"))
	}
	var names []string
	for _, word := range words[1:] {
		// Options may stand behind, as in "show job 17 -o".
		names = append(names, strings.TrimPrefix(word, "="))
	}
	entity, value, has := strings.Cut(words[0], "=")
	if has {
		names = append([]string{value}, names...)
	}
	var err error
	switch strings.ToLower(entity) {
	case "job", "jobs", "jobid":
		err = t.showJobs(ctx, o, names)
	case "config", "configuration", "conf":
		t.showConfig()
	case "partition", "partitions", "part":
		err = t.showPartitions(ctx, o, names)
	case "node", "nodes":
		err = t.showNodes(ctx, o, names)
	case "hostnames", "hostname":
		for _, name := range names {
			t.Print("%s\n", strings.ReplaceAll(name, ",", "\n"))
		}
	case "step", "steps":
		t.Print("No job steps in the system\n")
	case "licenses", "license", "lic":
		t.Print("No licenses configured in Slurm.\n")
	case "reservation", "reservations", "res":
		t.Print("No reservations in the system\n")
	default:
		t.Complain("invalid entity:%s for keyword:show\n", entity)
		return 1
	}
	if err != nil {
		return t.fail(err)
	}
	return 0
}

func (t tool) showJobs(ctx context.Context, o *scontrolOptions, names []string) error {
	chosen, err := parseIDs(names)
	if err != nil {
		return err
	}
	jobs, err := t.Jobs(ctx, imitation.Query{IDs: chosen.ids, Exits: true})
	if err != nil {
		return err
	}
	shown := 0
	for _, r := range t.rows(jobs, false) {
		if len(chosen.ids) > 0 && !chosen.means(&r) {
			continue
		}
		t.Print("%s", o.record(jobLines(&r, o.details > 0)))
		shown++
	}
	switch {
	case shown == 0 && len(chosen.ids) > 0:
		return raw("slurm_load_jobs error: Invalid job id specified")
	case shown == 0:
		t.Print("No jobs in the system\n")
	}
	return nil
}

// record joins the lines of a record as they are asked for.
func (o *scontrolOptions) record(lines []string) string {
	if o.oneLine {
		return strings.Join(lines, " ") + "\n"
	}
	return strings.Join(lines, "\n   ") + "\n\n"
}

// jobLines are the lines of a job.
func jobLines(r *row, details bool) []string {
	first := fmt.Sprintf("JobId=%d ", r.ID)
	if r.job.Numbers != nil {
		first += fmt.Sprintf("ArrayJobId=%d ArrayTaskId=%s ", r.job.ID, r.taskID(""))
		if r.job.Limit > 0 {
			first += fmt.Sprintf("ArrayTaskThrottle=%d ", r.job.Limit)
		}
	}
	limit := accountLimit(r)
	null := func(text string) string { return cmp.Or(text, "(null)") }
	requeue := 0
	if r.job.Full.Spec.PodFailurePolicy != nil {
		requeue = 1
	}
	lines := []string{
		first + "JobName=" + r.job.Name,
		fmt.Sprintf("UserId=%[1]s(%[2]d) GroupId=%[1]s(%[3]d) MCS_label=N/A", r.job.User, r.job.Told.UID, r.job.Told.GID),
		fmt.Sprintf("Priority=1 Nice=0 Account=%s QOS=normal", r.account()),
		fmt.Sprintf("JobState=%s Reason=%s Dependency=%s", r.word().long, reasonOf(&r.Element), null(dependency(r))),
		fmt.Sprintf("Requeue=%d Restarts=%d BatchFlag=1 Reboot=0 ExitCode=%s", requeue, r.restarts(), r.exit()),
	}
	if details {
		lines = append(lines, "DerivedExitCode="+r.exit())
	}
	lines = append(
		lines,
		fmt.Sprintf("RunTime=%s TimeLimit=%s TimeMin=N/A", fullSpan(r.used()), limit),
		fmt.Sprintf("SubmitTime=%s EligibleTime=%s", moment(r.job.Made, "Unknown"), moment(r.job.Made, "Unknown")),
		fmt.Sprintf("StartTime=%s EndTime=%s Deadline=N/A", moment(r.Started, "Unknown"), moment(r.ends(), "Unknown")),
		fmt.Sprintf("Partition=%s AllocNode:Sid=%s:N/A", r.partition(), cmp.Or(r.job.Told.Host, "N/A")),
		"ReqNodeList=(null) ExcNodeList=(null)",
		"NodeList="+r.Node,
	)
	if r.Node != "" {
		lines = append(lines, "BatchHost="+r.Node)
	}
	memory := r.memory()
	lines = append(
		lines,
		fmt.Sprintf("NumNodes=1 NumCPUs=%[1]d NumTasks=1 CPUs/Task=%[1]d ReqB:S:C:T=0:0:*:*", r.cpus()),
		"ReqTRES="+r.tres(),
		fmt.Sprintf("MinCPUsNode=%d MinMemoryNode=%s MinTmpDiskNode=0", r.cpus(), memory),
		"Features=(null) DelayBoot=00:00:00",
		fmt.Sprintf("OverSubscribe=OK Contiguous=0 Licenses=%s Network=(null)", null(r.licences())),
		"Command="+null(r.job.Told.Command),
		"WorkDir="+null(r.job.Told.Directory),
	)
	if comment := r.comment(); comment != "" {
		lines = append(lines, "Comment="+comment)
	}
	if out := r.job.Told.Output; out != "" {
		lines = append(lines, "StdErr="+r.file(r.job.Told.Error), "StdIn=/dev/null", "StdOut="+r.file(out))
	}
	return append(lines, "KubernetesJob="+r.job.Full.Namespace+"/"+r.job.Full.Name)
}

// showConfig prints what programs look for in the configuration.
func (t tool) showConfig() {
	t.Print("Configuration data as of %s\n", moment(t.Now(), ""))
	for _, pair := range [][2]string{
		{"ClusterName", clusterName},
		{"DependencyParameters", "kill_invalid_depend"},
		{"MaxArraySize", strconv.Itoa(maxArray + 1)},
		{"MaxJobCount", "0"},
		{"MinJobAge", strconv.Itoa(keptFinished) + " sec"},
		{"PriorityType", "priority/basic"},
		{"SLURM_VERSION", slurmVersion},
	} {
		t.Print("%-23s = %s\n", pair[0], pair[1])
	}
}

const (
	// maxArray is the size of the largest array, and keptFinished how long a job stays
	// when it has finished, in seconds: as package batch has them.
	maxArray     = 100_000
	keptFinished = 24 * 60 * 60
)
