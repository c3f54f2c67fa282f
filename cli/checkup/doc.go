// Package checkup judges what was found of an installation: Facts in, Findings out.
// Every finding is ok, a warning or a failure, and says how to fix what it found.
//
// The package is pure; who gathers the facts is in package cli.
package checkup
