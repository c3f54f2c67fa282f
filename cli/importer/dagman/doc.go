// Package dagman makes Jobs of a DAG of HTCondor's DAGMan and of the submit descriptions
// that it names.
//
//	Import      files -> manifests, report and problems (import.go)
//	graph       the lines of a DAG (line.go, graph.go, command.go), with splices and external
//	            DAGs in their place (splice.go)
//	submission  a submit description (submit.go, macro.go)
//	node        what becomes of a node: its Jobs (node.go, option.go, script.go), and what
//	            waits for it (depend.go)
//
// The rules are those of the manual: a node succeeds by its last part that ran, a child waits
// for the success of its parents, or of a weak parent for its end if it ran, and a DAG goes on
// as far as it can when a node has failed.
package dagman
