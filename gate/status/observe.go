package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"depctl.dev/lang"
	"depctl.dev/lang/kind"
)

// mostConditions is how many conditions of an object are kept: more of them, and longer names,
// nobody waits for.
const (
	mostConditions   = 32
	longestCondition = 316 // as Kubernetes has it: a prefix of 253, a slash, and a name of 63
)

// Observe returns what expressions may learn of an object of a kind: of one of which there is only
// the metadata, that it exists. What cannot be read is the object's Problem. Whether a Service
// has an endpoint is not known from it.
func Observe(k kind.Kind, o metav1.Object) *lang.Object {
	object := &lang.Object{UID: string(o.GetUID()), Created: o.GetCreationTimestamp().Time}
	whole, is := o.(*unstructured.Unstructured)
	if !is || k.OnlyMetadata {
		return object
	}
	r := reader{kind: k, object: whole}
	r.read()
	object.Conditions = r.isTrue
	object.StartedAt = r.time("startTime", "startedAt")
	if rule := r.first(k.Failed); rule != nil {
		object.Outcome, object.Reason, object.Finished = lang.Failed, r.reason(rule), r.finished(rule)
	} else if rule := r.first(k.Succeeded); rule != nil {
		object.Outcome, object.Finished = lang.Succeeded, r.finished(rule)
	} else if !r.suspended() {
		object.Ready = r.holds(k.Ready)
	}
	object.Started = object.Ready || object.Outcome != lang.Undecided || !r.suspended() && r.holds(k.Started)
	if r.err != nil {
		object.Problem = &lang.Problem{Code: lang.ProblemUnreadable, Message: "its status cannot be read: " + clip(r.err.Error())}
	}
	return object
}

// reader reads one object.
type reader struct {
	kind       kind.Kind
	object     *unstructured.Unstructured
	status     map[string]any
	conditions []condition
	isTrue     []lang.Condition
	err        error
}

// suspended reports whether the object is kept from running, by whomever. To kstatus it is as its spec wants it
// then.
func (r *reader) suspended() bool {
	is, _ := r.at(r.kind.SuspendedBy).(bool)
	return is
}

// condition is one of an object, as far as it is read.
type condition struct {
	name, status, reason string
	since                time.Time
}

func (r *reader) read() {
	part, there := r.object.Object["status"]
	if !there || part == nil {
		return
	}
	var ok bool
	if r.status, ok = part.(map[string]any); !ok {
		r.err = fmt.Errorf("status is no object but a %T", part)
		return
	}
	list, there := r.status["conditions"]
	if !there || list == nil {
		return
	}
	conditions, ok := list.([]any)
	if !ok {
		if r.asksCondition() {
			r.err = fmt.Errorf("status.conditions is no list but a %T", list)
		}
		return
	}
	for _, c := range conditions {
		fields, _ := c.(map[string]any)
		one := condition{text(fields, "type"), text(fields, "status"), text(fields, "reason"), moment(fields, "lastTransitionTime")}
		if one.name == "" || len(one.name) > longestCondition || len(r.conditions) == mostConditions {
			continue
		}
		r.conditions = append(r.conditions, one)
		if one.status == "True" {
			r.isTrue = append(r.isTrue, lang.Condition{Type: one.name, Since: one.since})
		}
	}
}

// asksCondition reports whether a status of the kind is that of a condition.
func (r *reader) asksCondition() bool {
	for _, rules := range [][]kind.Rule{r.kind.Ready, r.kind.Started, r.kind.Succeeded, r.kind.Failed} {
		for _, rule := range rules {
			if slices.ContainsFunc(rule, func(t kind.Test) bool { return t.Condition != "" }) {
				return true
			}
		}
	}
	return false
}

// holds reports whether the object says what any of the rules asks for.
func (r *reader) holds(rules []kind.Rule) bool { return r.first(rules) != nil }

// first returns the first rule that holds, nil if none does.
func (r *reader) first(rules []kind.Rule) kind.Rule {
	for _, rule := range rules {
		if !slices.ContainsFunc(rule, func(t kind.Test) bool { return !r.says(t) }) {
			return rule
		}
	}
	return nil
}

func (r *reader) says(t kind.Test) bool {
	switch {
	case t.Condition != "":
		c, there := r.condition(t.Condition)
		return there && (len(t.Is) == 0 && c.status == "True" || slices.Contains(t.Is, c.status))
	case t.Field != "":
		value, _ := r.at(t.Field).(string)
		return slices.Contains(t.Is, value)
	case t.Positive != "":
		switch n := r.at(t.Positive).(type) {
		case int64:
			return n > 0
		case float64:
			return n > 0
		}
		return false
	case t.Current:
		return r.current()
	}
	return false
}

func (r *reader) condition(name string) (condition, bool) {
	at := slices.IndexFunc(r.conditions, func(c condition) bool { return c.name == name })
	if at < 0 {
		return condition{}, false
	}
	return r.conditions[at], true
}

// current asks kstatus. Of the spec it is shown only what it looks at, for it copies all that
// it is given.
func (r *reader) current() bool {
	if len(r.status) == 0 {
		return false // nobody has said yet how it stands
	}
	shown := *r.object
	if r.kind.Group != "apps" {
		shown.Object = map[string]any{
			"apiVersion": r.object.GetAPIVersion(), "kind": r.object.GetKind(), "status": r.status, "metadata": r.object.Object["metadata"],
		}
	}
	result, err := status.Compute(&shown)
	if err != nil {
		r.err = err
		return false
	}
	return result.Status == status.CurrentStatus
}

// at returns what stands at a path of the table; nil if there is nothing.
func (r *reader) at(path string) any { return kind.At(r.object.Object, path) }

// reason returns why an object failed: by the condition that says so, by the field where that can
// say several things, else by status.reason.
func (r *reader) reason(rule kind.Rule) string {
	for _, t := range rule {
		if c, there := r.condition(t.Condition); there && c.reason != "" {
			return clip(c.reason)
		}
		if value, _ := r.at(t.Field).(string); t.Field != "" && len(t.Is) > 1 && value != "" {
			return clip(value)
		}
	}
	return clip(text(r.status, "reason"))
}

// finished returns when an object ended, zero if it does not say.
func (r *reader) finished(rule kind.Rule) time.Time {
	for _, t := range rule {
		if c, there := r.condition(t.Condition); there && !c.since.IsZero() {
			return c.since
		}
	}
	return r.time("completionTime", "finishedAt", "endTime")
}

func (r *reader) time(names ...string) time.Time {
	for _, name := range names {
		if t := moment(r.status, name); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func text(fields map[string]any, name string) string {
	value, _ := fields[name].(string)
	return value
}

func moment(fields map[string]any, name string) time.Time {
	t, err := time.Parse(time.RFC3339, text(fields, name))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// HasEndpoint reports whether an EndpointSlice has an endpoint that is ready. One that does not
// say so is, by the API.
func HasEndpoint(slice *unstructured.Unstructured) bool {
	endpoints, _ := slice.Object["endpoints"].([]any)
	return slices.ContainsFunc(endpoints, func(e any) bool {
		fields, _ := e.(map[string]any)
		conditions, _ := fields["conditions"].(map[string]any)
		ready, said := conditions["ready"].(bool)
		return ready || !said
	})
}
