// Package gridengine is the dialect of Grid Engine and of its sisters: #$ lines, and
// the options of qsub.
//
// options.go has all of them, reader.go what the options mean, hold.go what
// -hold_jid and -hold_jid_ad wait for, and dialect.go the variables that scripts
// read.
package gridengine
