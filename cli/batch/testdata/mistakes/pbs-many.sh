#!/bin/bash
# submit: --image alpine
#PBS -N many
#PBS -l select=2:ncpus=4:mem=8gb+1:ncpus=1
#PBS -l walltime=forever
#PBS -W depend=beforeok:a
#PBS -W depend=afterok
#PBS -W depend=runone:b
#PBS -J 5
#PBS -J 5-1
./run
