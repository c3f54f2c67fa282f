// Package krew writes the manifest by which krew, kubectl's plugin manager, installs depctl as "kubectl depctl".
package krew
