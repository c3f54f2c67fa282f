#!/bin/bash
# submit: --image registry.example.com/samtools:1.20 --numbering align=1-96
#SBATCH --job-name=sort
#SBATCH --array=1-96
#SBATCH --dependency=aftercorr:align
#SBATCH --cpus-per-task=4 --mem-per-cpu=2G
#SBATCH --time=60
samtools sort -@ 4 "s${SLURM_ARRAY_TASK_ID}.sam"
