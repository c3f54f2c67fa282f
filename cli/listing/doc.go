// Package listing has the Jobs of a cluster as lines of a table: how each stands, how far
// it is, what it waits for, and what holds it up in the end.
//
// It is pure: Of makes rows of what was read (row.go), a Selection says which (selection.go),
// and a Table puts them into columns that fit a terminal (table.go).
package listing
