// Package jobaction has the commands that change single Jobs for a person: hold,
// release, retry, cancel and set. They are in one package because they go one way:
//
//	acting         flags and names -> Jobs (find.go); ask; say what was done (acting.go)
//	newRetryPlan   what to recreate, and in which order (retry_plan.go, recreate.go)
//	stranding      what can no longer run (downstream.go)
//	gate           the patches
//
// One request for each Job or pod goes through a cluster.JobClient.
package jobaction
