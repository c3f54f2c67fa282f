package gridengine

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"strings"
	"time"

	"depctl.dev/cli/imitation"
)

// divider is between jobs in what qstat -j and qacct -j print.
var divider = strings.Repeat("=", 62) + "\n"

// details is qstat -j: jobs that are listed, by number, name or pattern.
func (t tool) details(ctx context.Context, o *options) int {
	words := append(o.all("-j"), o.Rest...)
	jobs, missing, err := t.find(ctx, words, true)
	if err != nil {
		return t.fail(err)
	}
	var there []*imitation.Job
	for _, j := range jobs {
		if listed(j.Job) {
			there = append(there, j.Job)
		} else {
			missing = append(missing, j.word)
		}
	}
	out := bufio.NewWriter(t.Out)
	if o.Has("-xml") {
		if err := t.detailsXML(out, there, missing); err != nil {
			return t.fail(err)
		}
	} else {
		for _, j := range there {
			out.WriteString(divider)
			for _, line := range t.facts(j) {
				fmt.Fprintf(out, "%-28s%s\n", line[0]+":", imitation.Text(line[1]))
			}
		}
	}
	if err := out.Flush(); err != nil {
		return t.fail(err)
	}
	if len(missing) == 0 {
		return 0
	}
	if !o.Has("-xml") {
		t.Complain("Following jobs do not exist: \n%s\n", imitation.Text(strings.Join(missing, ",")))
	}
	return 1
}

// facts are the lines of qstat -j.
func (t tool) facts(j *imitation.Job) [][2]string {
	told := &j.Told
	lines := [][2]string{
		{"job_number", fmt.Sprint(j.ID)},
		{"exec_file", fmt.Sprintf("job_scripts/%d", j.ID)},
		{"submission_time", j.Made.Local().Format(time.ANSIC)},
		{"owner", j.User},
		{"uid", fmt.Sprint(told.UID)},
		{"gid", fmt.Sprint(told.GID)},
		{"sge_o_host", told.Host},
	}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, [2]string{name, value})
		}
	}
	add("account", told.Account)
	add("cwd", told.Directory)
	add("stderr_path_list", pathList(told.Error))
	add("job_name", j.Name)
	add("stdout_path_list", pathList(told.Output))
	add("hard_queue_list", told.Queue)
	add("script_file", told.Command)
	add("parallel environment", "")
	if told.Waits != "" {
		add("jid_predecessor_list (req)", told.Waits)
	}
	if depends := j.DependsOn(); depends != "" {
		add("depends-on", depends)
	}
	if j.Numbers != nil {
		add("job-array tasks", ranges(allTasks(j), step(j)))
		if j.Limit > 0 {
			add("task_concurrency", fmt.Sprint(j.Limit))
		}
	}
	for i := range j.Elements {
		e := &j.Elements[i]
		if state := letters(e); state != "" && state != "qw" && state != "hqw" {
			add(fmt.Sprintf("job_state    %5d", max(e.Task, 1)), state)
		}
		if e.Message != "" {
			add("scheduling info", e.Message)
		}
	}
	return lines
}

// pathList is a file as the list has it.
func pathList(file string) string {
	if file == "" {
		return ""
	}
	return "NONE:NONE:" + strings.NewReplacer("\x00a0", "$TASK_ID", "\x00N0", "$HOSTNAME").Replace(file)
}

type xmlDetails struct {
	XMLName xml.Name     `xml:"detailed_job_info"`
	Schema  string       `xml:"xmlns:xsd,attr"`
	Jobs    []xmlElement `xml:"djob_info>element"`
}

type xmlElement struct {
	Number    int64  `xml:"JB_job_number"`
	Name      string `xml:"JB_job_name"`
	Submitted int64  `xml:"JB_submission_time"`
	Owner     string `xml:"JB_owner"`
	Directory string `xml:"JB_cwd,omitempty"`
	Script    string `xml:"JB_script_file,omitempty"`
}

type xmlUnknown struct {
	XMLName xml.Name `xml:"unknown_jobs"`
	Schema  string   `xml:"xmlns:xsd,attr"`
	Names   []string `xml:">ST_name"`
}

func (t tool) detailsXML(out *bufio.Writer, jobs []*imitation.Job, missing []string) error {
	if len(jobs) == 0 {
		return writeDocument(out, xmlUnknown{Schema: xmlSchema, Names: missing})
	}
	all := xmlDetails{Schema: xmlSchema}
	for _, j := range jobs {
		all.Jobs = append(all.Jobs, xmlElement{
			Number: j.ID, Name: j.Name, Submitted: j.Made.Unix(), Owner: j.User, Directory: j.Told.Directory, Script: j.Told.Command,
		})
	}
	return writeDocument(out, all)
}
