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
//	annotatedIn    nodes -> annotated Jobs (annotated.go)
//	mistakes       what YAML did to the value (yamlvalue.go, yamltext.go)
//	diagnose       what the language finds in it (finding.go)
//	scalar.span    a place in the value -> one in the file (scalar.go, blockscalar.go)
//	print          text, JSON, SARIF or GitHub (drawing.go, findingjson.go, sarif.go, github.go)
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
// that reads from a cluster is in source.go, follow.go and factory.go, and the only code
// that writes to one in clusterwriter.go. Nothing here decides whether a Job
// may run; that is package gate, which the controller asks too.
//
// The drawing goes to standard output, and everything said about it (hidden
// Jobs, cycles, mistakes in expressions) to standard error, so that a pipe
// carries the drawing alone.
package cli
