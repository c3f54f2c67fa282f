// Package pbs imitates the commands of TORQUE and of PBS Pro: qsub, qstat, qdel, qhold and qrls, as
// package imitation has it. flavour.go says in what the two differ.
package pbs
