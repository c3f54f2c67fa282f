//go:build !linux

package main

// nodePrograms are none: a node with real containers needs Linux.
var nodePrograms []program
