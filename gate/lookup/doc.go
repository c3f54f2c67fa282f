// Package lookup looks up objects of other kinds than Jobs, as far as somebody waits for them.
//
// Watches knows who names what: Want and Forget say so. While nobody names an object of a
// kind, there is no watch of it. While few are named, each has a watch of its own
// (a field selector holds one name); where a set is named, or many are, one watch has all
// objects of the kind. It stays until a minute after the last name went.
//
// Of an object the few facts are kept that expressions may learn, as package status reads
// them, and never the object. What only has to exist is read by its metadata alone.
//
// Where a kind cannot be looked up, that is a problem of those who wait for it (Problem), and
// is tried again: the right is missing, the cluster has no such kind, a conversion webhook
// fails. Nothing else stops for it.
//
// Facts are put on a Board, under the lock of whoever owns it. Watches has a lock of its own,
// which is only taken inside of that one, never the other way round.
package lookup
