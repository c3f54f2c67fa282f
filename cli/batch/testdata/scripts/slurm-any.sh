#!/bin/bash
# submit: --image alpine
#SBATCH -J first-of-two
#SBATCH --dependency=afterok:fast?afterok:slow
#SBATCH -t 5
echo one of them is there
