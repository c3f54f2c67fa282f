// Package simulation makes up Jobs that wait for each other, and plays a cluster
// for them.
//
// A Scenario follows from a seed: Jobs with expressions of the whole language,
// how each ends if it runs, and what people do to them meanwhile (scenario.go,
// run.go, expression.go, script.go), CronJobs that make Jobs (cronjob.go), and on a real
// cluster Deployments (deployment.go). A Cluster is an API server and a Job controller in
// memory (cluster.go, cronjob.go, result.go, patch.go, jobcontroller.go). A Reference decides about Jobs
// from scratch, by looking at all of them every time (reference.go).
//
// Everything is a function of its seeds. Nothing here reads a clock.
package simulation
