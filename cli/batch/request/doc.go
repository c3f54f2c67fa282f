// Package request is what options ask for, in no system's words, and what the
// dialects share to say it.
//
//	Dialect, Option   how a system is spoken to, and what becomes of an option
//	Request           what all options ask for together
//	Read...           what options of several systems mean alike (reader.go)
//	Fail, Note        what is wrong, and what was left out; reason.go has the
//	                  reasons that several systems share
//	WaitFor           what the Job waits for: a Translation makes a Term of it, with
//	                  the numbers that people know made into completion indexes
//
// A dialect reads an option into a Request, and package batch makes a Job of that.
package request
