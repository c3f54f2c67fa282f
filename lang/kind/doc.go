// Package kind is the table of the kinds of objects that Jobs can wait for: what
// expressions call them, where the API server has them, and what an object of each must
// say for a status to be true of it.
//
// It is data, and imports nothing. Package lang takes the names and the statuses from it,
// gate/status reads objects by it, and docs/reference/kinds.md is made from it. A new kind
// is one entry in table.go, and its case in gate/status.
package kind
