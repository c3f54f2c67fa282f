// Package depgraph holds Jobs and what they wait for, in memory: who waits for
// whom, who must be looked at again when something changes, and in what order
// things come.
//
// A node is one object, known by its lang.Ref. An edge leads from a
// prerequisite to a dependent, and exists because an expression names it. An
// object that is named but does not exist is a virtual node: it is there as
// long as somebody names it, so a Job may wait for one that is applied later.
//
// A glob or a selector is a set, shared by all who name it. Its members are the
// objects that exist and match, kept up as they come, change and go.
//
// A Graph has no lock and no clock; whoever owns it lets one goroutine write at
// a time, and nobody read meanwhile.
//
// With d the edges of one node, m the members of one set, s the sets named in
// one namespace, n nodes and e edges, those through sets counted one by one:
//
//	operation               cost
//	Set, Remove             O(s log m + m) where the object changed, O(d) where
//	                        the expression did, and O(n) for a set that is new
//	Object, Expr            O(1)
//	Prerequisites           O(d + m)
//	Dependents              O(d log d + s log m), sorted
//	Members                 O(m)
//	Refs                    O(n log n), sorted
//	Layers                  O(n log n + e)
package depgraph
