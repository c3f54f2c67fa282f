// Package submit is the command "depctl submit": a Job of a command or a batch script.
//
// submit.go has the flags, submission.go reads the files and prints what was created;
// package batch makes the Job, and a cluster.Submitter creates it.
package submit
