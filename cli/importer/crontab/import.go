package crontab

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate/schedule"
)

// Options are what the command line says.
type Options struct {
	// Image is that of the containers, and Name what names of CronJobs begin with.
	Image, Name string
	// System says that a user stands before each command.
	System bool
}

// table is a crontab that is being read.
type table struct {
	Options
	out       *output.Output
	names     *output.Names
	prefix    string
	zone      string
	variables []corev1.EnvVar
	shell     string
}

// Import makes a CronJob of each line that runs something.
func Import(files []output.File, options Options) *output.Output {
	out := &output.Output{}
	names := &output.Names{}
	for _, file := range files {
		base := path.Base(file.Name)
		t := &table{
			Options: options, out: out, names: names, shell: "/bin/sh",
			prefix: cmp.Or(options.Name, strings.TrimSuffix(base, path.Ext(base)), base),
		}
		if strings.HasPrefix(file.Name, "<") {
			t.prefix = cmp.Or(options.Name, "cron")
		}
		for i, line := range strings.Split(strings.ReplaceAll(file.Text, "\r\n", "\n"), "\n") {
			line = strings.TrimLeft(line, " \t")
			if line == "" || line[0] == '#' {
				continue
			}
			t.line(output.Place{File: file.Name, Line: i + 1}, line)
		}
	}
	out.Finish()
	return out
}

func (t *table) line(at output.Place, line string) {
	if name, value, ok := readAssignment(line); ok {
		t.assign(at, name, value)
		return
	}
	j, err := readJob(line, t.System)
	if err != nil {
		t.out.Fail(at, "", "%s", err)
		return
	}
	if _, err := schedule.Read(j.schedule, t.zone, time.Unix(0, 0)); err != nil {
		t.out.Fail(at, "", "%s", err)
		return
	}
	made := t.cronJob(at, j)
	t.out.Add(at, line, made)
	t.out.Note(at, output.Printable(j.command), "CronJob %s", made.Name)
	if t.zone == "" {
		t.out.Note(output.Place{File: at.File}, "times", "are by the clock of the cluster, which is UTC as a rule; CRON_TZ=ZONE in the crontab says another one")
	}
}

func (t *table) assign(at output.Place, name, value string) {
	switch name {
	case "TZ":
		t.out.Note(at, name, "is for the command alone, as cron has it; CRON_TZ says the zone of the times")
	case "CRON_TZ":
		if _, err := time.LoadLocation(value); err != nil || value == "Local" {
			t.out.Fail(at, "write a zone such as Europe/Berlin", "%s: there is no time zone %q", name, value)
			return
		}
		t.zone = value
		return
	case "SHELL":
		t.shell = value
	case "MAILTO", "MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING":
		t.out.Note(at, name, "left out: no mail is sent, depctl logs shows what was printed")
		return
	case "RANDOM_DELAY", "CRON_WITHIN", "START_HOURS_RANGE":
		t.out.Fail(at, "take it out", "%s cannot be carried", name)
		return
	}
	t.variables = slices.DeleteFunc(slices.Clone(t.variables), func(e corev1.EnvVar) bool { return e.Name == name })
	t.variables = append(t.variables, corev1.EnvVar{Name: name, Value: output.Literal(value)})
}

func (t *table) cronJob(at output.Place, j job) *batchv1.CronJob {
	words := strings.Fields(j.command)
	name := t.names.New(output.LongestCronJob, t.prefix, path.Base(words[0]))
	if t.Image == "" {
		t.out.Fail(at, "give one: --image", "%s has no image", name)
	}
	if j.user != "" {
		t.out.Note(at, "user "+j.user, "left out: the container runs as the user of its image; runAsUser in the manifest says another one")
	}
	variables := slices.Clone(t.variables)
	var names []string
	for _, v := range variables {
		names = append(names, v.Name)
	}
	command := output.Literal(j.command, append(names, inputVariable)...)
	if j.input != "" {
		variables = append(variables, corev1.EnvVar{Name: inputVariable, Value: output.Literal(j.input, names...)})
		command = `printf %s "$` + inputVariable + "\" | {\n" + command + "\n}"
	}
	run := output.NewJob(name)
	run.Spec.Template.Spec.Containers = []corev1.Container{{
		Name: output.Main, Image: t.Image, Command: []string{t.shell, "-c", command}, Env: variables,
	}}
	if t.Image == "" {
		output.Hold(run, "incomplete: there is no image")
	}
	made := &batchv1.CronJob{
		TypeMeta:   metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app.kubernetes.io/part-of": output.Plain(t.prefix)}},
		Spec: batchv1.CronJobSpec{
			Schedule:    j.schedule,
			JobTemplate: batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Annotations: run.Annotations}, Spec: run.Spec},
		},
	}
	if t.zone != "" {
		made.Spec.TimeZone = ptr.To(t.zone)
	}
	return made
}

// inputVariable has what a command reads from standard input.
const inputVariable = "CRON_STDIN"
