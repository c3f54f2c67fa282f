// Package status is the command "depctl status": how many Jobs are in which state, and
// what holds up most others.
//
// It has the flags, and the tables (statustable.go) and data (statusjson.go) that it
// prints; package overview counts. --watch looks at a cluster.LiveWorld, and
// draws by package screen or by a command.Redrawer.
package status
