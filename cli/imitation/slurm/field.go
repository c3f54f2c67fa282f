package slurm

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// field is a column of squeue.
type field struct {
	letter byte
	// name is that of --Format, in lower case, and head that of the column.
	name, head string
	of         func(r *row) string
}

// constant is a column that has the same in all lines.
func constant(text string) func(*row) string { return func(*row) string { return text } }

// fields are the columns that squeue has. Those of --Format alone have no letter.
func fields() []field {
	return []field{
		{'i', "jobarrayid", "JOBID", (*row).id},
		{'A', "jobid", "JOBID", func(r *row) string { return strconv.FormatInt(r.ID, 10) }},
		{'F', "arrayjobid", "ARRAY_JOB_ID", func(r *row) string { return strconv.FormatInt(r.job.ID, 10) }},
		{'K', "arraytaskid", "ARRAY_TASK_ID", func(r *row) string { return r.taskID("N/A") }},
		{'t', "statecompact", "ST", func(r *row) string { return r.word().short }},
		{'T', "state", "STATE", func(r *row) string { return r.word().long }},
		{'r', "reason", "REASON", func(r *row) string { return reasonOf(&r.Element) }},
		{'R', "reasonlist", "NODELIST(REASON)", (*row).reasonOrNode},
		{'j', "name", "NAME", func(r *row) string { return r.job.Name }},
		{'u', "username", "USER", func(r *row) string { return r.job.User }},
		{'U', "userid", "UID", func(r *row) string { return strconv.FormatInt(r.job.Told.UID, 10) }},
		{'G', "groupid", "GROUP", func(r *row) string { return strconv.FormatInt(r.job.Told.GID, 10) }},
		{'P', "partition", "PARTITION", (*row).partition},
		{'a', "account", "ACCOUNT", (*row).account},
		{'M', "timeused", "TIME", func(r *row) string { return span(r.used()) }},
		{'l', "timelimit", "TIME_LIMIT", (*row).limitText},
		{'L', "timeleft", "TIME_LEFT", (*row).left},
		{'V', "submittime", "SUBMIT_TIME", func(r *row) string { return moment(r.job.Made, "N/A") }},
		{'S', "starttime", "START_TIME", func(r *row) string { return moment(r.Started, "N/A") }},
		{'e', "endtime", "END_TIME", func(r *row) string { return moment(r.ends(), "N/A") }},
		{0, "eligibletime", "ELIGIBLE_TIME", func(r *row) string { return moment(r.job.Made, "N/A") }},
		{0, "pendingtime", "PENDING_TIME", func(r *row) string { return strconv.FormatInt(int64(r.pending()/time.Second), 10) }},
		{'D', "numnodes", "NODES", constant("1")},
		{'C', "numcpus", "CPUS", func(r *row) string { return strconv.FormatInt(r.cpus(), 10) }},
		{'c', "mincpus", "MIN_CPUS", func(r *row) string { return strconv.FormatInt(r.cpus(), 10) }},
		{0, "numtasks", "TASKS", constant("1")},
		{0, "cpus-per-task", "CPUS_PER_TASK", func(r *row) string { return strconv.FormatInt(r.cpus(), 10) }},
		{'m', "minmemory", "MIN_MEMORY", (*row).memory},
		{0, "tres-alloc", "TRES_ALLOC", (*row).tres},
		{'N', "nodelist", "NODELIST", func(r *row) string { return r.Node }},
		{'B', "batchhost", "EXEC_HOST", func(r *row) string { return cmp.Or(r.Node, "n/a") }},
		{'n', "reqnodes", "REQ_NODES", constant("")},
		{'E', "dependency", "DEPENDENCY", func(r *row) string { return cmp.Or(dependency(r), "(null)") }},
		{'o', "command", "COMMAND", func(r *row) string { return cmp.Or(r.job.Told.Command, "(null)") }},
		{'Z', "workdir", "WORK_DIR", func(r *row) string { return r.job.Told.Directory }},
		{0, "stdout", "STDOUT", func(r *row) string { return r.file(r.job.Told.Output) }},
		{0, "stderr", "STDERR", func(r *row) string { return r.file(r.job.Told.Error) }},
		{'k', "comment", "COMMENT", func(r *row) string { return cmp.Or(r.comment(), "(null)") }},
		{0, "exit_code", "EXIT_CODE", func(r *row) string { return strconv.Itoa(r.Exit) }},
		{0, "restartcnt", "RESTARTCNT", func(r *row) string { return strconv.Itoa(r.restarts()) }},
		{'q', "qos", "QOS", constant("normal")},
		{'Q', "prioritylong", "PRIORITY", constant("1")},
		{'p', "priority", "PRIORITY", constant("0.00000000023283")},
		{'y', "nice", "NICE", constant("0")},
		{'g', "groupname", "GROUP", func(r *row) string { return r.job.User }},
		{'h', "oversubscribe", "OVER_SUBSCRIBE", constant("OK")},
		{'f', "feature", "FEATURES", constant("(null)")},
		{'v', "reservation", "RESERVATION", constant("(null)")},
		{'W', "licenses", "LICENSES", func(r *row) string { return cmp.Or(r.licences(), "(null)") }},
		{'w', "wckey", "WCKEY", constant("(null)")},
		{'x', "exc_nodes", "EXC_NODES", constant("")},
		{'X', "corespec", "CORE_SPEC", constant("N/A")},
		{'d', "mintmpdisk", "MIN_TMP_DISK", constant("0")},
		{'b', "tres-per-node", "TRES_PER_NODE", constant("N/A")},
		{'z', "sct", "S:C:T", constant("*:*:*")},
		{'Y', "schednodes", "SCHEDNODES", constant("(null)")},
		{'O', "contiguous", "CONTIGUOUS", constant("0")},
		{0, "cluster", "CLUSTER", constant(clusterName)},
	}
}

// reasonOrNode returns the node where it runs or ran, and otherwise why it does not.
func (r *row) reasonOrNode() string {
	switch r.word().short {
	case "PD", "TO", "OOM", "F":
		return "(" + reasonOf(&r.Element) + ")"
	}
	return r.Node
}

func (r *row) limitText() string {
	if r.limit() == 0 {
		return "UNLIMITED"
	}
	return span(r.limit())
}

func (r *row) left() string {
	if r.limit() == 0 {
		return "UNLIMITED"
	}
	return span(r.limit() - r.used())
}

// pending returns how long it has waited.
func (r *row) pending() time.Duration {
	if r.Started.IsZero() {
		return r.now.Sub(r.job.Made)
	}
	return r.Started.Sub(r.job.Made)
}

func (r *row) comment() string { return r.job.Full.Annotations["kubernetes.io/description"] }

func (r *row) restarts() int {
	if r.job.Numbers != nil {
		return 0
	}
	return max(int(r.job.Full.Status.Failed)-1, 0)
}

// fieldBy returns a column by its letter, or by its name.
func fieldBy(letter byte, name string) (field, error) {
	for _, f := range fields() {
		if letter != 0 && f.letter == letter || name != "" && f.name == name {
			return f, nil
		}
	}
	if letter != 0 {
		return field{}, said(fmt.Sprintf("Invalid job format specification: %c", letter))
	}
	return field{}, said(fmt.Sprintf("Invalid job format specification: %s", name))
}
