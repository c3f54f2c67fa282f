#!/bin/bash
# submit: --image alpine --dialect pbs
#SBATCH -J slurm-name
#SBATCH --nodes=4
#PBS -N pbs-name
#PBS -l nodes=1:ppn=2
./run
