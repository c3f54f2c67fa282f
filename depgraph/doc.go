// Package depgraph holds Jobs and what they wait for, in memory: who waits for
// whom, who must be looked at again when something changes, who waits in vain,
// and in what order things come.
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
// a time, and nobody read meanwhile. Set, Remove, Settle and SettleFor write.
//
// # Who must be looked at again
//
// Nearly every expression is a plain list of names. For those a node counts the
// prerequisites that have not succeeded and those that never will (unmet_count.go), and
// it is affected only when that changes its verdict: a fan-in of n costs O(n) in
// all. Checks that ask how many members of a set have a status share counts of the set
// and gauges of them (gauge.go), which only move when a number is crossed; whatever
// "and", "or" and "not" make of such checks and of names is summed up from those (sum.go).
//
// Only an object that goes after it has ended affects them always, as its outcome may be
// remembered elsewhere. Of checks that ask for more, as for a delay or an exit code, every
// new object of a prerequisite affects the dependent.
//
// # Who is worth a nudge
//
// It may be known that an object is about to end some time before it says so: it is
// ending (MarkEnding). The counts of a list of names include these too. So it is known
// without a search when only ending objects keep it waiting (WouldUnblock, TakeNudgeable).
//
// # Deadlocks
//
// Jobs that wait for themselves through others that wait are an scc: a strongly
// connected component. They are found incrementally. A new one can only go through a
// node whose edges or way of waiting changed. Set and Remove note such nodes, and Settle
// searches upstream of them, along nodes that wait, each once however many changed
// (component.go). A node that nobody waits for, or that
// waits for nobody who waits, ends the search at once.
//
// To judge a large scc takes long, and something in it may change all the time. So Set
// and Remove only take notes, and SettleFor judges in slices, between which the graph may
// change (judging.go has why that is right). Its invariants:
//
//   - What is reported of an object is true of its cycle at every moment: each on it still
//     waits as it did when it was judged. Any change of one of them takes the report back,
//     in O(1), until all are judged again.
//   - Every judgement ends, whatever changes meanwhile, and what changes during one is
//     judged by the next. Once nothing changes, the last one says what Settle would say of
//     a graph that is built in one go.
//
// An scc need not be a deadlock: in "a or b", one may be enough. Which of its
// nodes are stuck is a fixpoint (judge.go): all are frozen at first, whoever can
// still open or be skipped then is freed, which may free others, and all Jobs
// outside of the scc may end in any way. Those that can never open are stuck if
// they wait in vain for one another. When a prerequisite of an scc changes, only
// that scc is judged again; without sccs a change costs nothing here.
//
// The cycle that is reported is the shortest. In a large scc the search for it ends after
// linear time, with the shortest that was found until then: the same for the same scc.
//
// The fixpoint does not look at the order of events: where one Job both opens
// another by being skipped and is to be opened by it, they are taken for free.
// It never calls a Job stuck that can be opened.
//
// # Ranks
//
// The rank of an object is the longest way from its start to the end of all who wait for it
// (rank.go). KeepRanks turns ranks on; without it they cost nothing. They are found where
// somebody asks, and a change forgets those before it, up to the first that is forgotten
// already.
//
// # Cost
//
// With d the edges of one node, m the members of one set, s the sets named in
// one namespace, n nodes and e edges, those through sets counted one by one:
//
//	operation               cost
//	Set, Remove             O(d), and for each set that the object is in O(log m),
//	                        and O(1) for each status that is counted; those whose
//	                        gauge moves cost the length of their expression. O(s) and
//	                        O(m) for each set that is joined or left where the object
//	                        is new, goes or has other labels; O(n) for a set that is
//	                        new; the affected are sorted. A note for the judgement is
//	                        O(1) for each scc and each set
//	SettleFor               O(steps), and one object with its expression, O(d + m)
//	Settle                  O(1) if no edge changed and no scc was touched, else
//	                        O(edges between waiting nodes upstream of the change);
//	                        an scc of k nodes and l edges adds O(k + l) evaluations
//	                        of expressions, and O(k log k + l) for a short cycle
//	MarkEnding              O(d)
//	Few, WouldUnblock       O(1) for a plain list of names, else O(d + m)
//	TakeNudgeable           O(d) for each object that came to wait for these alone, sorted
//	Stuck                   O(stuck nodes), sorted
//	Cycle, Object, Expr     O(1)
//	Prerequisites           O(d + m)
//	Dependents              O(d log d), sorted
//	Members                 O(1) for a set that is named, O(m) for its own member, else O(n)
//	Refs                    O(n log n), sorted
//	Layers                  O(n log n + e)
//	Longest                 O(n + e)
//	Rank                    O(1) where nothing has changed, else O(d) for each object behind
//	                        it whose rank was forgotten. Those who name one set share one
//	                        rank
//
// A node takes about 230 bytes and an edge about 20 beside what the graph is
// given (BenchmarkMillion).
package depgraph
