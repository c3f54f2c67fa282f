// Package limits is the command "depctl limits": which limits there are, who has tokens of
// them, and who waits for some, in order.
//
// It has the flags (limits.go), the tables (table.go, one.go) and the data (limitsjson.go)
// that it prints. Package snapshot has the line in which Jobs wait, which is the gate's.
package limits
