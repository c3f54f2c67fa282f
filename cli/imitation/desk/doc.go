// Package desk is for tests of the rooms of package imitation: commands are called on a cluster
// in memory, whose Jobs and pods the test has start and end.
package desk
