#!/bin/bash
# submit: --image registry.example.com/sim:2
#PBS -N sweep
#PBS -J 1-100:2
#PBS -l select=1:ncpus=4:mem=8gb:ompthreads=4
#PBS -l walltime=12:00:00
#PBS -q workq
./sweep "$PBS_ARRAY_INDEX"
