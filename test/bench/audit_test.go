package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTraceSplitsAHop(t *testing.T) {
	t.Parallel()
	w := workload{steps: []step{{name: "a", needs: []string{start}}, {name: "b", needs: []string{start, "a"}}}}
	tr := &trace{requests: map[string]int{}, completed: map[string]time.Time{}, sent: map[string]time.Time{}, answered: map[string]time.Time{}}
	at := func(ms int) time.Time { return time.Unix(100, 0).Add(time.Duration(ms) * time.Millisecond) }
	add := func(program, verb, subresource, name string, code, from, to int) {
		r := request{Verb: verb, UserAgent: program, RequestReceivedTimestamp: at(from), StageTimestamp: at(to)}
		r.ObjectRef.Resource, r.ObjectRef.Subresource, r.ObjectRef.Name, r.ResponseStatus.Code = "jobs", subresource, name, code
		tr.add(r)
	}
	const gate, controller = "depctl-gate/v0", "kube-controller-manager/v1/system:serviceaccount:kube-system:job-controller"
	add(controller, "update", "status", start, 200, 0, 5)
	add(controller, "update", "status", start, 200, 10, 15) // the last one counts
	add(controller, "update", "status", start, 409, 20, 25)
	add(gate, "patch", "", "a", 422, 16, 17)
	add(gate, "patch", "", "a", 200, 18, 24) // the first that was taken counts
	add(gate, "patch", "", "a", 200, 30, 36) // its nudge
	add(gate, "patch", "status", "a", 200, 40, 41)
	add("kubectl/v1", "patch", "", "b", 200, 42, 43)
	add(controller, "update", "status", "a", 200, 45, 50)
	add(gate, "patch", "", "b", 200, 52, 62)
	reactions, answers := tr.split(w)
	require.Equal(t, []time.Duration{2 * time.Millisecond, 3 * time.Millisecond}, reactions)
	require.Equal(t, []time.Duration{6 * time.Millisecond, 10 * time.Millisecond}, answers)
	critical, all := tr.perJob(2)
	require.InDelta(t, 2, critical, 0.01, "refused ones and the nudge are requests, too")
	require.InDelta(t, 2.5, all, 0.01)
}
