#!/bin/bash
# submit: --image alpine
#SBATCH --array
#SBATCH --requeue=yes
./run
