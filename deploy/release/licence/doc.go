// Package licence finds the modules that are compiled into a program, and under which licences they may be
// passed on. The texts come from the modules themselves.
package licence
