// Package lsf imitates the commands of LSF: bsub, bjobs, bkill, bstop and bresume, as package
// imitation has it.
//
// words.go has the states, field.go the columns of bjobs. Each command has a file.
package lsf
