#!/bin/bash
# submit: --image alpine
#SBATCH -J sim
#SBATCH --time=10
#PBS -N sim
./run
