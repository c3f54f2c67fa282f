// Package gate decides what should happen to one Job.
//
// Observe turns a batch/v1 Job into the few facts that matter, a Job. Whoever
// gathers those facts and the world around them into a Snapshot asks Decide,
// and gets a Decision: leave the Job alone, let it wait, release it, fail it, or let
// some of its elements run.
// The controller, "depctl graph" and every later tool ask the same function, so
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
//	released           Ignore                      done: never twice; EditedAfterRelease if the text is another now.
//	                                               Not where its elements wait, which goes on below
//	startedUnheld      Ignore   StartedUnheld      it runs; holding it would kill its pods
//	invalidAnnotation  Wait     InvalidAnnotation  an edit fixes it
//	invalidExpression  Wait     InvalidExpression  an edit fixes it
//	onHold             Wait     Held               a person said so
//	overBudget         Wait     Problem            its namespace must say less; nothing is known of the text
//	kueueRefuses       Wait     InvalidExpression  it is about elements, and Kueue starts whole Jobs; Problem if this
//	                                               gate may not release through Kueue
//	wholeJobsOnly      Wait     Problem            it is about elements, and this gate may not touch pods
//	resultsOff         Wait     Problem            it asks for results, and this gate may not read any
//	limitsOff          Wait     Problem            it uses limits, and this gate keeps none, or cannot count it
//	metBefore          Release  Met                a Deployment goes back to an earlier version
//	grouped            Wait     Problem            it is about elements, and its pods start together
//	failFast           Fail     RunFailed          its run has failed, and it asked to go with it
//	byElement          Open                        it is released; its elements are decided one by one
//	false              Fail     DependencyFailed   as things stand it never can; Wait if the Job says so.
//	                                               NotTaken if only a result= is false
//	deadlocked         Wait     DependencyCycle    an edit of one annotation fixes it
//	problem            Wait     Problem            something must be fixed
//	unknown            Wait     Waiting            something is not decided yet
//	resultLost         Wait     Problem            true, and a result that its pods are to get is lost, or too long
//	resultUnread       Wait     Waiting            true, and such a result is still to be read
//	limitMissing       Wait     Problem            true, and a limit that it uses is not there, or too small
//	limitReached       Wait     LimitReached       true, and tokens that it uses are not free, or others come first
//	tooManyStarting    Wait     TooManyStarting    true, and too many pods have no node, or others start first
//	true               Release  Met
//
// An expression with requirements of single elements is true when what gates the
// whole Job is and some element may run. It is false when what gates the Job is or
// when an element never can, all of them if the Job has a backoffLimitPerIndex.
// element.go decides about the elements of a Job that was released so.
//
// With on-dependency-failure "run", an expression that is not true is replaced
// by one in which a prerequisite that is over counts as one that succeeded.
// Whatever makes a Job wait but a hold and a bad wait-timeout: once its time is
// up, it fails with DependencyTimeout. What is true is released all the same.
//
// The package is pure: Kubernetes API types, no client, no clock, no log.
package gate
