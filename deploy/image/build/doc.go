// Package build compiles the programs of depctl and makes container images of them, so that the same commit
// and the same Go give the same bytes on any machine and in any directory: whatever could differ (paths, modes,
// owners, times, flags from the environment) is fixed here.
package build
