#!/bin/bash
# submit: --image alpine
#SBATCH -J "sim
#SBATCH --nodes=4 --ntasks=16
#SBATCH -w node[1-4]
#SBATCH --array=10-1
#SBATCH --time=soon
#SBATCH --mem=4X
#SBATCH --dependency=afterok:123456
#SBATCH --dependancy=afterok:prep
srun ./mpi
