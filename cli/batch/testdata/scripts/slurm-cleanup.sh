#!/bin/bash
# submit: --image alpine
#SBATCH --job-name=clean_up
#SBATCH --dependency=afterany:merge:report
#SBATCH --time=5
rm -rf "$SCRATCH/tmp"
