#!/bin/bash
# submit: --image alpine
#SBATCH -J x
#SBATCH -D batch_1
#SBATCH --dependency=afterok:setup
echo hi
