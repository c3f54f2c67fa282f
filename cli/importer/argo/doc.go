// Package argo makes Jobs of Argo's Workflows, CronWorkflows and the templates that they
// call. It asks no cluster: what a workflow refers to must be among the files.
//
//	Import         files -> manifests, report and problems (import.go)
//	document, tree YAML with its lines (document.go)
//	scope          what {{...}} stands for (scope.go); a value that is known only when a
//	               Job has run is a ref inside of the text (ref.go)
//	formula        "when", {{=...}} and the expressions of hooks (formula*.go)
//	node           how a part of a workflow ends, as expressions about Jobs (node.go)
//	dag, steps     templates that call others (dag.go, depends.go, steps.go)
//	call           one call of a template: loops, hooks, leaves (call.go, loop.go, hook.go)
//	leaf           a Job of a container or script (leaf.go, container.go, retry.go,
//	               volume.go), what it may use (limit.go), and when it runs (schedule.go)
//	refuse         what a Job cannot do, by name (refuse.go)
//
// The rules are those of Argo's controller: a task is looked at when all tasks that its
// "depends" names are over, a task that was not run passes on how those before it ended, and
// what follows a task waits for its exit handler too.
package argo
