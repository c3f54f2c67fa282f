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
//	newModel      world -> the nodes and edges to show (model.go)
//	newForest     model -> who stands below whom (forest.go, tree.go)
//	print         table or JSON (table.go, json.go)
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
// "depctl plan" lets time pass in a world:
//
//	newForecast    gate.Decide, whenever something ends (forecast.go, length.go)
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
// Everything from the model on is pure: it gets the time, the width and the
// colours as values, and the same input gives the same bytes. The only code
// that reads from a cluster is in source.go, lintcluster.go and factory.go, and the
// only code that writes to one in clusterwriter.go. Nothing here decides whether a Job
// may run; that is package gate, which the controller asks too.
//
// The drawing goes to standard output, and everything said about it (hidden
// Jobs, cycles, mistakes in expressions) to standard error, so that a pipe
// carries the drawing alone.
package cli
