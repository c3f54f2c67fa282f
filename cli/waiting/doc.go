// Package waiting is what "depctl wait" knows while it waits, and what that means.
//
// An expression of the command line belongs to no Job, so what only a Job can have
// is refused: its index i, its elements self[...], made=before, and runs of CronJobs,
// which are those for a Job's time. Everything else
// means what it means in an annotation: a prerequisite that finishes while it is
// waited for and then is deleted keeps its outcome until the name is taken again,
// and delays count from when things happened.
//
// An Evaluator takes in objects as watches tell of them and judges: True and False are the
// language's. Hopeless says that it can never be true unless somebody fixes a
// problem.
//
// The package is pure. An Evaluator has no lock.
package waiting
