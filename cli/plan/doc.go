// Package plan is the command "depctl plan": what would run when.
//
//	newPlan     a simulation -> waves, critical path, work (planned.go)
//	assume      what is not among the files (assumed.go)
//	print       table, JSON or a chart (plantable.go, plansummary.go, planjson.go, gantt*.go)
//
// Time passes in package simulate, by the gate's own decisions.
package plan
