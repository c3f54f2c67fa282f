// Package cli is the command depctl: it reads Jobs from a cluster or from
// files, asks gate.Decide about each, and draws the answer.
//
// One call of "depctl graph" goes through it like this:
//
//	Main          arguments and streams -> exit code (main.go)
//	newRoot       the commands, in kubectl's manner (root.go, help.go)
//	newCmdGraph   flags -> graphOptions: complete, validate, run (graph.go)
//	source        a cluster or files -> world (source.go, files.go)
//	world         Jobs -> depgraph.Graph; gate.Decide for each (world.go)
//	newModel      world -> the nodes and edges to show (selection.go, model.go, edges.go)
//	difference    two models -> what manifests would change (diff.go)
//	draw          model -> text, pictures or data (draw.go, package picture)
//	follow        events -> the same again and again (follow.go, watch.go)
//
// "depctl lint" goes another way, for it wants places in files:
//
//	manifestNames  arguments -> files (manifest.go)
//	documents      a file -> YAML nodes (document.go, split.go)
//	workloadsIn    nodes -> Jobs and what else runs pods (workload.go, yamlnode.go)
//	mistakes       what YAML did to the value (yamlvalue.go, yamltext.go)
//	newLinting     all workloads -> a world, for what they make of one another (linting.go)
//	diagnose       what the language finds in a value (finding.go)
//	lintRules      what the rules find in a workload (lintrule.go, rule*.go)
//	scalar.span    a place in the value -> one in the file (scalar.go, blockscalar.go)
//	print          text, JSON, SARIF or GitHub (drawing.go, findingjson.go, sarif.go, github.go)
//
// "depctl explain", "status", "wait" and "check" read at an edge and judge in a pure
// package each:
//
//	inquirer   Jobs, rights, pods, the gate's flags -> inquiry (inquirer.go)
//	inquiry    what gate.Decide looks at; forecast.Forecast of it (inquiry.go)
//	explain    inquiry -> explanation.Explanation, a tree (explain.go)
//	status     world -> overview.Overview, tables (status.go, statustable.go)
//	follower   a watch that outlives the API server (follower.go)
//	wait       watch -> vigil.Vigil, an exit code (wait.go)
//	inspector  what is installed and runs -> checkup.Facts (inspector.go)
//	check      facts -> checkup.Findings (check.go)
//
// "depctl plan" lets time pass in a world:
//
//	newRehearsal    gate.Decide, whenever something ends (rehearsal.go, length.go)
//	newPlan        waves, critical path, work (planned.go)
//	print          table, JSON or a chart (plantable.go, planjson.go, gantt*.go)
//
// "depctl uninstall" goes through its steps twice, first in a dry run:
//
//	installed      the objects of deploy/base, in order (installation.go)
//	removal        the steps, and what they came to (removal.go, removaljobs.go)
//	clusterWriter  one request for each object or Job (clusterwriter.go)
//	report         a summary, and the Jobs that stay suspended (uninstallreport.go, stranded.go)
//
// "depctl submit" reads files, and leaves the rest to package batch:
//
//	batch.Input   options, script, manifest, defaults (submit.go, submission.go)
//	batch.Compile -> a Job, and a ConfigMap if the script is large
//	submitter      asks about other Jobs, creates, waits (submitter.go)
//
// The commands that act for a person (hold, release, retry, cancel, set) go one way:
//
//	acting         flags and names -> Jobs; ask; say (acting.go, confirm.go)
//	newRescue      what to make again, and in which order (rescue.go, remake.go)
//	stranding      what can no longer run (downstream.go)
//	gate           the patches: EditPatch, ForcePatch, CancelPatch, and Anew
//	jobClient      one request for each Job or pod (jobclient.go, jobpods.go)
//	denied         the right that is missing, as a command (right.go)
//
// Everything from the model on is pure: it gets the time, the width and the
// colours as values, and the same input gives the same bytes. The only code
// that reads from a cluster is in factory.go, source.go, follow.go, inquirer.go, follower.go, inspector.go,
// lintcluster.go, submitter.go and jobclient.go, and the only code that writes to one in clusterwriter.go, submitter.go
// and jobclient.go. Nothing here decides whether a Job may run; that is package gate, which the controller asks too.
//
// The drawing goes to standard output, and everything said about it (hidden
// Jobs, cycles, mistakes in expressions) to standard error, so that a pipe
// carries the drawing alone.
package cli
