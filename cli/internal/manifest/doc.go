// Package manifest reads files with Jobs in them: as Jobs, and as text in which every
// finding has its place.
//
// The two ways do not meet. Files (files.go) reads Jobs as kubectl does, into a
// snapshot. Manifest (manifest.go) keeps the text:
//
//	Names, Read     arguments -> files (manifest.go)
//	documents       a file -> YAML nodes (document.go, split.go)
//	Workloads       nodes -> Jobs and what else runs pods (workload.go, yamlnode.go)
//	mistakes        what YAML did to the value (yamlvalue.go, yamltext.go)
//	Diagnose        what the language finds in a value (finding.go)
//	scalar.span     a place in the value -> one in the file (scalar.go, blockscalar.go)
//	DrawFindings    findings as compilers write them (drawing.go, findingjson.go)
//
// The rules of "depctl lint" are in package lint, and ask a Workload.
package manifest
