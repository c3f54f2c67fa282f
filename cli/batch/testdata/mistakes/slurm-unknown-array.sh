#!/bin/bash
# submit: --image alpine --dialect slurm
#SBATCH -J x
#SBATCH -d afterok:*
./run
