package dagman

import (
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"depctl.dev/cli/importer/output"
	"depctl.dev/gate"
)

// resources carries what a submit description requests.
func (r *reader) resources(main *corev1.Container) {
	requests, limits := corev1.ResourceList{}, corev1.ResourceList{}
	for _, one := range []struct {
		key  string
		name corev1.ResourceName
		unit string // of a number without one
	}{
		{"request_cpus", corev1.ResourceCPU, ""},
		{"request_memory", corev1.ResourceMemory, "Mi"},
		{"request_disk", corev1.ResourceEphemeralStorage, "Ki"},
		{"request_gpus", "nvidia.com/gpu", ""},
	} {
		text := r.text(one.key)
		if text == "" {
			continue
		}
		quantity, err := resource.ParseQuantity(amount(text, one.unit))
		if err != nil {
			r.fail(one.key, "write a number, with a unit or without", "%q is no amount", text)
			continue
		}
		if one.name == "nvidia.com/gpu" {
			limits[one.name] = quantity
			continue
		}
		requests[one.name] = quantity
	}
	if len(requests) > 0 {
		main.Resources.Requests = requests
	}
	if len(limits) > 0 {
		main.Resources.Limits = limits
	}
}

// amount returns an amount of HTCondor as Kubernetes writes it: 2 GB are 2Gi.
func amount(text, unit string) string {
	text = strings.ReplaceAll(strings.ToUpper(text), " ", "")
	text = strings.TrimSuffix(text, "B")
	if text == "" {
		return text
	}
	switch last := text[len(text)-1]; last {
	case 'K', 'M', 'G', 'T':
		return text[:len(text)-1] + string(last) + "i"
	}
	if last := text[len(text)-1]; last < '0' || last > '9' {
		return "?" // which is no amount
	}
	return text + map[string]string{"KI": "Ki", "MI": "Mi"}[strings.ToUpper(unit)]
}

// what is left out changes neither order nor outcome.
const (
	noteLog      = "left out: output goes to the log of the pod, depctl logs"
	noteTransfer = "left out: nothing is copied, what a Job writes stays on the volumes that it mounts"
	noteNobody   = "left out: there is no counterpart"
)

// ignored are entries that are left out with a note.
var ignored = map[string]string{
	"output": noteLog, "error": noteLog, "log": noteLog, "stream_output": noteLog, "stream_error": noteLog,
	"should_transfer_files": noteTransfer, "when_to_transfer_output": noteTransfer, "transfer_executable": noteTransfer, "transfer_output_files": noteTransfer, "transfer_output_remaps": noteTransfer,
	"notification": "left out: no mail is sent", "notify_user": "left out: no mail is sent",
	"universe": noteNobody, "getenv": "left out: no environment is passed on, name the variables", "rank": noteNobody,
	"accounting_group": noteNobody, "accounting_group_user": noteNobody, "job_lease_duration": noteNobody, "keep_claim_idle": noteNobody,
	"copy_to_spool": noteNobody, "batch_name": noteNobody, "description": noteNobody, "leave_in_queue": "left out: Jobs stay when they have ended",
}

// refused are entries that change what runs, where, or when it ends.
var refused = map[string]struct{ why, hint string }{
	"transfer_input_files":     {"no files are copied", "put them on a volume, and mount it in the manifest"},
	"requirements":             {"nodes are not chosen by ClassAds", "set nodeSelector in the manifest"},
	"periodic_remove":          {"nothing looks at a Job again and again", "activeDeadlineSeconds ends a Job that takes too long"},
	"periodic_hold":            {"nothing looks at a Job again and again", "activeDeadlineSeconds ends a Job that takes too long"},
	"periodic_release":         {"nothing looks at a Job again and again", "RETRY tries it again"},
	"on_exit_hold":             {"a Job that has ended is not put on hold", "RETRY tries it again"},
	"on_exit_remove":           {"a Job that has ended has ended", "RETRY tries it again"},
	"hold":                     {"the submit description is on hold", "take it out, and: depctl hold NAME"},
	"deferral_time":            {"a Job has no time to begin at here", "add time(2026-12-01T22:00:00Z) to depctl.dev/depends-on"},
	"cron_minute":              {"a node of a DAG has no schedule", "depctl schedule"},
	"machine_count":            {"a pod runs on one node", "make it an array, or use an MPI operator"},
	"noop_job":                 {"the job is not to run", "write NOOP in the DAG"},
	"success_exit_code":        {"a pod has succeeded if it ends with 0", "a POST script can make another code a success"},
	"allowed_execute_duration": {"", ""},
}

// others looks at the entries that are no part of the container.
func (r *reader) others() {
	for _, key := range r.s.order {
		e := r.s.entries[key]
		switch universe := strings.ToLower(r.text(key)); {
		case key == "universe" && universe != "vanilla" && universe != "docker" && universe != "container" && universe != "local":
			r.fail(key, "", "the universe %s is not carried", universe)
		case key == "allowed_execute_duration":
			seconds, err := strconv.ParseInt(r.text(key), 10, 64)
			if err != nil || seconds <= 0 {
				r.fail(key, "", "%q is no number of seconds", r.text(key))
				continue
			}
			r.job.Spec.Template.Spec.ActiveDeadlineSeconds = &seconds
		case refused[key].why != "":
			r.fail(key, refused[key].hint, "%s", refused[key].why)
		case ignored[key] != "":
			r.g.out.Note(e.Place, key, "%s", ignored[key])
		case key == "max_retries":
			n, err := strconv.Atoi(r.text(key))
			if err != nil || n < 0 {
				r.fail(key, "", "%q is no number", r.text(key))
			}
			r.n.retries = max(r.n.retries, n)
		case key == "concurrency_limits":
			r.limits(e)
		case strings.HasPrefix(key, "+") || strings.HasPrefix(key, "my."):
			r.g.out.Note(e.Place, key, "left out: a Job has no attributes of a ClassAd")
		}
	}
}

// limits carries concurrency_limits, whose numbers are in the pool's configuration.
func (r *reader) limits(e entry) {
	var uses []string
	for one := range strings.SplitSeq(r.text(e.key), ",") {
		name, count, several := strings.Cut(strings.TrimSpace(one), ":")
		if name = output.Plain(name); name == "" {
			continue
		}
		if several && count != "1" {
			name += "=" + count
		}
		uses = append(uses, name)
	}
	output.Annotate(r.job, gate.UsesAnnotation, strings.Join(uses, ", "))
	r.g.out.Note(e.Place, e.key, "limits %s: how many tokens they have is not said here; until ConfigMap %s says it, the Job is held", strings.Join(uses, ", "), gate.LimitsName)
}
