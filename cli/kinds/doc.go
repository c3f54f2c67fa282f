// Package kinds is the command "depctl kinds": what Jobs can wait for, whether the cluster has
// it, and how many Jobs do.
package kinds
