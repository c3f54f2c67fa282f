// Package lint is the command "depctl lint": mistakes in files, each at its place.
//
//	newLinting    all workloads -> a world, for what they make of one another (linting.go)
//	lintRules     what the rules find in a workload (lintrule.go, rule*.go)
//	ignoredBy     what a Job asks to leave out (lint_ignore.go)
//	print         text, JSON, SARIF or GitHub (lint.go, result.go, sarif.go, github.go)
//	lintCluster   the Jobs of a cluster, to lint or to compare with (lintcluster.go)
//
// What a file is, and what the language finds in it, is in package manifest.
package lint
