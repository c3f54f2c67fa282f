// Package serve is the command "depctl serve": it has Jobs made, or said to be over, when something
// happens outside of the cluster.
//
// serve.go has the flags. server.go answers a request: caller.go says who asks and whether they may,
// package event what they ask for, replay.go whether it came before, and act.go does it.
package serve
