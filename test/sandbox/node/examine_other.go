//go:build !linux

package node

import (
	"context"
	"errors"
	"runtime"
)

// Examine says what a node in dir needs of this machine: Linux, above all.
func Examine(string) Findings {
	return Findings{{Need: "Linux", Lack: errors.New("a node with real containers needs Linux, and this is " + runtime.GOOS)}}
}

// Run is for Linux.
func Run(context.Context, Config) error { return Examine("").Lack() }

// NewCgroup is for Linux.
func NewCgroup() string { return "" }

// Sweep is for Linux.
func Sweep(string) error { return nil }

// SweepStale is for Linux.
func SweepStale() error { return nil }
