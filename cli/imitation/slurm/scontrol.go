package slurm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"depctl.dev/cli/imitation"
)

// scontrolOptions is what scontrol was asked for before its word.
type scontrolOptions struct {
	oneLine, quiet bool
	details        int
}

// refusedWords are what scontrol can do and a Job cannot, each with what to do.
func refusedWords() map[string]string {
	return map[string]string{
		"requeue":     "a Job does not run again under its number: submit it again, or: depctl retry NAME",
		"requeuehold": "a Job does not run again under its number: submit it again, or: depctl retry NAME",
		"suspend":     "a pod cannot be stopped and go on: cancel it, or hold it before it runs",
		"resume":      "a pod cannot be stopped and go on: cancel it, or hold it before it runs",
		"top":         "priority comes from a PriorityClass, in the site file: queues: {NAME: {priorityClassName: ...}}",
		"reconfigure": "the cluster is managed by kubectl", "shutdown": "the cluster is managed by kubectl", "create": "the cluster is managed by kubectl",
		"delete": "the cluster is managed by kubectl", "reboot": "the cluster is managed by kubectl", "token": "kubectl create token makes one",
		"write": "the script is in the pod: kubectl get job NAME -o yaml", "notify": "there is nobody to notify: kubectl exec",
		"listpids": "a Job has no steps: kubectl exec POD -- ps", "wait_job": "say: depctl wait", "completing": "say: squeue",
	}
}

// scontrol shows and changes jobs.
func scontrol(ctx context.Context, s *imitation.Session, args []string) int {
	t := tool{s, "scontrol"}
	o := scontrolOptions{}
	flags := t.flags()
	flags.CountVarP(&o.details, "details", "d", "")
	flags.BoolVarP(&o.oneLine, "oneliner", "o", false, "")
	flags.BoolVarP(&o.quiet, "quiet", "Q", false, "")
	t.ignore(flags, "all a", "hide", "verbose v", "local", "federation F", "sibling", "future", "mixed")
	t.ignoreValues(flags, "clusters M", "cluster", "uid u")
	t.refuse(flags, map[string]string{"json": "say: show job -o", "yaml": "say: show job -o"})
	if done, code := t.parse(flags, args, "[OPTIONS] COMMAND"); done {
		return code
	}
	words := flags.Args()
	if len(words) == 0 {
		return t.fail(said("scontrol has no prompt here\n  give the command as arguments: scontrol show job 17"))
	}
	verb, rest := strings.ToLower(words[0]), words[1:]
	switch {
	case verb == "show":
		return t.show(ctx, &o, rest)
	case verb == "hold" || verb == "holdu" || verb == "uhold":
		return t.each(ctx, rest, func(j *imitation.Job) error { return t.Hold(ctx, j, "held by "+t.Host.User+" (scontrol hold)") })
	case verb == "release":
		return t.each(ctx, rest, func(j *imitation.Job) error { return t.Release(ctx, j) })
	case verb == "update":
		return t.update(ctx, rest)
	case verb == "ping":
		return t.ping(ctx)
	case verb == "version":
		return t.version()
	case refusedWords()[verb] != "":
		return t.fail(said(fmt.Sprintf("%s: %s", verb, refusedWords()[verb])))
	}
	t.Complain("invalid keyword: %s\n", words[0])
	return 1
}

// ping says whether the API server answers.
func (t tool) ping(ctx context.Context) int {
	if _, err := t.Jobs(ctx, imitation.Query{IDs: []int64{1}}); err != nil {
		t.Print("Slurmctld(primary) at kubernetes is DOWN\n")
		return 1
	}
	t.Print("Slurmctld(primary) at kubernetes is UP\n")
	return 0
}

// each does something to jobs that are named by number, or by jobname=NAME.
func (t tool) each(ctx context.Context, words []string, do func(*imitation.Job) error) int {
	if len(words) == 0 {
		return t.fail(said("too few arguments: give the number of a job"))
	}
	code := 0
	for _, word := range words {
		for _, one := range splitOutside(word) {
			jobs, err := t.jobsOf(ctx, one)
			if err != nil {
				return t.fail(err)
			}
			if len(jobs) == 0 {
				t.Complain("Invalid job id specified for job %s\nslurm_suspend error: Invalid job id specified\n", one)
				code = 1
			}
			for _, job := range jobs {
				switch err := do(job); {
				case errors.Is(err, imitation.ErrEnded):
					t.Complain("Job/step already completing or completed for job %s\n", one)
					code = 1
				case errors.Is(err, imitation.ErrBegun):
					t.Complain("Job is no longer pending execution for job %s\n", one)
					code = 1
				case err != nil:
					return t.fail(fmt.Errorf("job %s: %w", one, err))
				}
			}
		}
	}
	return code
}

// jobsOf returns the jobs that a word of scontrol names. An element of an array cannot be
// held alone.
func (t tool) jobsOf(ctx context.Context, word string) ([]*imitation.Job, error) {
	key, value, has := strings.Cut(word, "=")
	if has && slices.Contains([]string{"jobname", "name"}, strings.ToLower(key)) {
		return t.Jobs(ctx, imitation.Query{Names: []string{value}, Users: []string{t.Host.User}})
	}
	if has && strings.EqualFold(key, "jobid") {
		word = value
	}
	chosen, err := parseIDs([]string{word})
	if err != nil {
		return nil, err
	}
	if len(chosen.tasks) > 0 {
		return nil, said(fmt.Sprintf("%s: elements of an array are held, released and changed together\n  give the number of the array: %d", word, chosen.ids[0]))
	}
	return t.Jobs(ctx, imitation.Query{IDs: chosen.ids})
}
