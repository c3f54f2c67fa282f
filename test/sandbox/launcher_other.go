//go:build unix && !linux

package sandbox

import "syscall"

// childAttributes cannot make the children die with a killed parent here: only
// Linux has a parent-death signal.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

// nodeAttributes are for Linux.
func nodeAttributes() *syscall.SysProcAttr { return childAttributes() }
