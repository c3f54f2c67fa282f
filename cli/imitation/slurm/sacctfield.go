package slurm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// accountField is a column of sacct.
type accountField struct {
	name  string
	width int
	of    func(r *row) string
}

// accountFields are the columns that sacct has. What nobody measures here is empty, as it
// is there of jobs that no accounting was gathered of.
func accountFields() []accountField {
	cpus := func(r *row) string {
		if r.Started.IsZero() {
			return "0"
		}
		return strconv.FormatInt(r.cpus(), 10)
	}
	return []accountField{
		{"JobID", 12, (*row).id},
		{"JobIDRaw", 12, func(r *row) string { return strconv.FormatInt(r.ID, 10) }},
		{"JobName", 10, func(r *row) string { return r.job.Name }},
		{"User", 9, func(r *row) string { return r.job.User }},
		{"UID", 6, func(r *row) string { return strconv.FormatInt(r.job.Told.UID, 10) }},
		{"GID", 6, func(r *row) string { return strconv.FormatInt(r.job.Told.GID, 10) }},
		{"Group", 9, constant("")},
		{"Account", 10, (*row).account},
		{"Cluster", 10, constant(clusterName)},
		{"Partition", 10, (*row).partition},
		{"QOS", 10, constant("normal")},
		{"State", 10, func(r *row) string { return r.word().long }},
		{"ExitCode", 8, (*row).exit},
		{"DerivedExitCode", 15, (*row).exit},
		{"Reason", 22, func(r *row) string { return reasonOf(&r.Element) }},
		{"Submit", 19, func(r *row) string { return moment(r.job.Made, "Unknown") }},
		{"Eligible", 19, func(r *row) string { return moment(r.job.Made, "Unknown") }},
		{"Start", 19, func(r *row) string { return moment(r.Started, startless(r)) }},
		{"End", 19, func(r *row) string { return moment(r.Element.Ended, "Unknown") }},
		{"Elapsed", 10, func(r *row) string { return fullSpan(r.used()) }},
		{"ElapsedRaw", 10, func(r *row) string { return strconv.FormatInt(int64(r.used()/time.Second), 10) }},
		{"Timelimit", 10, accountLimit},
		{"TimelimitRaw", 12, func(r *row) string {
			if r.limit() == 0 {
				return "UNLIMITED"
			}
			return strconv.FormatInt(int64((r.limit()+time.Minute-1)/time.Minute), 10)
		}},
		{"Suspended", 10, constant("00:00:00")},
		{"CPUTime", 10, func(r *row) string { return fullSpan(r.used() * time.Duration(r.cpus())) }},
		{"CPUTimeRAW", 10, func(r *row) string {
			return strconv.FormatInt(int64(r.used()/time.Second)*r.cpus(), 10)
		}},
		{"TotalCPU", 10, constant("00:00:00")},
		{"UserCPU", 10, constant("00:00:00")},
		{"SystemCPU", 10, constant("00:00:00")},
		{"AllocCPUS", 10, cpus},
		{"NCPUS", 10, cpus},
		{"ReqCPUS", 8, func(r *row) string { return strconv.FormatInt(r.cpus(), 10) }},
		{"AllocNodes", 10, constant("1")},
		{"NNodes", 8, constant("1")},
		{"ReqNodes", 8, constant("1")},
		{"NTasks", 8, constant("")},
		{"NodeList", 15, func(r *row) string {
			if r.Node == "" {
				return "None assigned"
			}
			return r.Node
		}},
		{"ReqMem", 10, (*row).memory},
		{"ReqTRES", 10, (*row).tres},
		{"AllocTRES", 10, func(r *row) string {
			if r.Started.IsZero() {
				return ""
			}
			return r.tres()
		}},
		{"MaxRSS", 10, constant("")},
		{"MaxVMSize", 10, constant("")},
		{"AveRSS", 10, constant("")},
		{"AveCPU", 10, constant("")},
		{"MaxDiskRead", 12, constant("")},
		{"MaxDiskWrite", 12, constant("")},
		{"Comment", 14, (*row).comment},
		{"Priority", 10, constant("1")},
		{"WorkDir", 22, func(r *row) string { return r.job.Told.Directory }},
		{"SubmitLine", 20, constant("")},
		{"StdOut", 20, func(r *row) string { return r.file(r.job.Told.Output) }},
		{"StdErr", 20, func(r *row) string { return r.file(r.job.Told.Error) }},
		{"Restarts", 8, func(r *row) string { return strconv.Itoa(r.restarts()) }},
	}
}

// startless is what sacct says of the start of what has none.
func startless(r *row) string {
	if r.State == imitation.Cancelled || r.State == imitation.Unmet {
		return "None"
	}
	return "Unknown"
}

func accountLimit(r *row) string {
	if r.limit() == 0 {
		return "UNLIMITED"
	}
	return fullSpan(r.limit())
}

func accountFieldNamed(name string) (accountField, error) {
	for _, f := range accountFields() {
		if strings.EqualFold(f.name, name) {
			return f, nil
		}
	}
	return accountField{}, said(fmt.Sprintf("Invalid field requested: %q", name))
}
