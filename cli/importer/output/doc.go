// Package output is what importers make: manifests that can be read and kept, a report of
// what each part of the source became, and the problems that kept parts from being carried.
//
//	Output      what an importer returns: objects, report, problems (output.go)
//	Expr        what a Job waits for, as it is put together (expression.go, text.go)
//	Names       names of Jobs, each once (name.go)
//	Output.YAML the manifests as text (yaml.go)
package output
