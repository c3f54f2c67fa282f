// Command release writes all files of a release into out/release/VERSION:
//
//	make release VERSION=v0.1.0
//
// The same commit and the same Go give the same bytes, whatever the tags, the folder and the machine: times are those
// of the commit. docs/guide/release.md says how a release is made, and docs/guide/verify.md what is in it.
//
// It is a module of its own, so that who builds depctl does not need what makes releases.
package main
