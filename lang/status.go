package lang

// Status is what a check asks of an object.
type Status string

// The statuses, as they are written.
const (
	StatusSucceeded Status = "succeeded"
	StatusFailed    Status = "failed"
	StatusSkipped   Status = "skipped"
	StatusFinished  Status = "finished"
	StatusStarted   Status = "started"
	StatusReady     Status = "ready"
	StatusExists    Status = "exists"
	// StatusTime is time(...): now is that time or later.
	StatusTime Status = "time"
)

// statuses are those that take targets, in the order of the documentation.
func statuses() []Status {
	return []Status{
		StatusSucceeded, StatusFailed, StatusSkipped, StatusFinished, StatusStarted, StatusReady, StatusExists,
	}
}

// hasFalse tells whether the status can ever be ruled out for an object.
func (s Status) hasFalse() bool {
	return s != StatusFinished && s != StatusExists && s != StatusTime
}
