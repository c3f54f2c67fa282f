#!/bin/bash
# submit: --image alpine --numbering frames=1-100
#$ -N many
#$ -t 1-50
#$ -hold_jid_ad frames
#$ -hold_jid 1234.5
#$ -pe mpi 64
#$ -l h_rt=1:2:3:4,arch=sol
#$ -q all.q@node7
#$ -nosuch thing
./run
