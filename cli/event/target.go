package event

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"depctl.dev/cli/stamp"
)

// Verb is what a request asks for.
type Verb string

// What a request can ask for.
const (
	// Done has a Job made that is over at once.
	Done Verb = "done"
	// Run has a Job made of a CronJob.
	Run Verb = "run"
)

// Target is what a URL names.
type Target struct {
	Verb Verb
	// Namespace and Name are those of the Job, or of the CronJob.
	Namespace, Name string
	// Run is the run whose step is done, Failed says that it has failed, and Why in words.
	Run    string
	Failed bool
	Why    string
}

// Refusal is why a request is refused, with the status of its answer.
type Refusal struct {
	Status  int
	Message string
}

func (r *Refusal) Error() string { return r.Message }

func refuse(status int, format string, args ...any) *Refusal {
	return &Refusal{status, fmt.Sprintf(format, args...)}
}

// TargetOf reads a URL: /done/NAMESPACE/NAME or /run/NAMESPACE/CRONJOB.
func TargetOf(path, query string) (Target, error) {
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[0] != "" || Verb(parts[1]) != Done && Verb(parts[1]) != Run {
		return Target{}, refuse(http.StatusNotFound, "there is nothing here: POST to /done/NAMESPACE/NAME or /run/NAMESPACE/CRONJOB")
	}
	t := Target{Verb: Verb(parts[1]), Namespace: parts[2], Name: parts[3]}
	if len(validation.IsDNS1123Label(t.Namespace)) > 0 {
		return Target{}, refuse(http.StatusBadRequest, "%q cannot be the name of a namespace", t.Namespace)
	}
	if len(validation.IsDNS1123Subdomain(t.Name)) > 0 {
		return Target{}, refuse(http.StatusBadRequest, "%q cannot be the name of a Job or CronJob", t.Name)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return Target{}, refuse(http.StatusBadRequest, "the query of the URL cannot be read: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := values[name]
		if t.Verb != Done || len(given) != 1 {
			return Target{}, refuse(http.StatusBadRequest, "the query has %q, which is unknown here or stands there twice", name)
		}
		switch name {
		case "run":
			t.Run = given[0]
		case "reason":
			t.Why = given[0]
		case "failed":
			if t.Failed = given[0] == "true"; !t.Failed && given[0] != "false" {
				return Target{}, refuse(http.StatusBadRequest, "failed is %q: write true or false", given[0])
			}
		default:
			return Target{}, refuse(http.StatusBadRequest, "the query has %q: there are run, failed and reason", name)
		}
	}
	if t.Verb == Done {
		if err := t.Done("").Check(); err != nil {
			return Target{}, refuse(http.StatusBadRequest, "%v", err)
		}
	}
	return t, nil
}

// Done returns the Job that is over, with what it says.
func (t Target) Done(result string) stamp.Done {
	return stamp.Done{Namespace: t.Namespace, Name: t.Name, Run: t.Run, Result: result, Failed: t.Failed, Why: t.Why}
}
