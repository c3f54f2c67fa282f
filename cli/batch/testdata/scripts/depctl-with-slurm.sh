#!/bin/bash
# submit:
#SBATCH -J mixed
#SBATCH --time=10
#SBATCH --dependency=afterok:prep
#DEPCTL --image alpine --after 'gen* >= 1 or licence'
./run
