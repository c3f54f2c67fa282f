// Package status reads how objects of other kinds than Jobs stand, by the table in lang/kind:
// an object in, what expressions may learn of it out. It is pure, and asks nobody.
//
// "Current" is what kstatus (fluxcd/cli-utils) says, with one difference: to kstatus, an
// object that says nothing of its status is current. Here it is not ready, since its
// controller may not have seen it yet, and a Job that waits for it would be released early.
package status
