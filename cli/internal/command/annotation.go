package command

// AsksCluster marks a command that talks to a cluster, by an annotation. Its
// help shows the few options of the connection that people use every day; the
// others are in "depctl options", as with kubectl.
const AsksCluster = "depctl.dev/asks-cluster"

// WholeCluster is the value of asksCluster for a command without a namespace.
const WholeCluster = "whole"
