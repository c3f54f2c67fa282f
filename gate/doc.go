// Package gate decides what should happen to one Job.
//
// Observe turns a batch/v1 Job into the few facts that matter, a Job. Whoever
// gathers those facts and the world around them into a Snapshot asks Decide,
// and gets a Decision: leave the Job alone, let it wait, or release it. The
// controller, "depctl graph" and every later tool ask the same function, so
// they cannot disagree.
//
// Decide goes through this list, and the first fact that holds decides. The
// order is the specification:
//
//	fact               action   reason             why here
//	notAnnotated       Ignore                      not our Job
//	finished           Ignore                      nothing is left to decide
//	beingDeleted       Ignore                      it will never run
//	foreignOwner       Ignore   ForeignOwner       another controller owns spec.suspend
//	released           Ignore                      done: never twice
//	startedUnheld      Ignore   StartedUnheld      it runs; holding it would kill its pods
//	invalidExpression  Wait     InvalidExpression  an edit mends it
//	onHold             Wait     Held               a person said so
//	perElement         Wait     Problem            nobody can release elements yet
//	neverAsThingsStand Wait     DependencyFailed   a prerequisite cannot succeed as things stand
//	problem            Wait     Problem            something must be mended
//	undecided          Wait     Waiting            something is not known yet
//	otherwise          Release  Met
//
// The package is pure: Kubernetes API types, no client, no clock, no log.
package gate
