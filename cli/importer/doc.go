// Package importer is the command "depctl import": workflows of other systems as manifests
// that can be read and kept. Each format is a package of its own, and pure: text in, what
// package output says out.
package importer
