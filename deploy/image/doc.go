// Command image builds the container image of the gate, for several platforms,
// without a container engine:
//
//	make image
//
// The image holds one file, the program, and nothing else: no shell, no package,
// no user database. The gate trusts the CA of its service account, which
// Kubernetes mounts, and calls nothing but the API server, so it needs no CA
// certificates; it writes times in UTC, so it needs no time zones.
//
// The same commit and the same Go give the same digest, on any machine and in
// any directory: whatever could differ (paths, modes, owners, times, flags from
// the environment) is fixed here. Times are those of the commit.
//
// It is a module of its own, so that who builds the gate does not need what
// builds images.
package main
