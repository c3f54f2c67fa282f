// Package depgraph holds Jobs and what they wait for, in memory: who waits for
// whom, who must be looked at again when something changes, and in what order
// things come.
//
// A node is one object, known by its lang.Ref. An edge leads from a
// prerequisite to a dependent, and exists because an expression names it. An
// object that is named but does not exist is a virtual node: it is there as
// long as somebody names it, so a Job may wait for one that is applied later.
//
// A Graph is a lang.World: expressions are evaluated on it directly. It has no
// lock and no clock; whoever owns it lets one goroutine write at a time, and
// nobody read meanwhile.
//
// With d the edges of one node, n nodes and e edges:
//
//	operation               cost
//	Set, Remove             O(d) where the expression changed, else O(1)
//	Object, Expr            O(1)
//	Prerequisites           O(d)
//	Dependents              O(d log d), sorted
//	Refs                    O(n log n), sorted
//	Layers                  O(n log n + e)
package depgraph
