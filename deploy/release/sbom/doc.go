// Package sbom says in SPDX 2.3 what a program is made of, by what the Go toolchain has stamped into it.
package sbom
