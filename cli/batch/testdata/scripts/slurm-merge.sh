#!/bin/bash
# submit: --image registry.example.com/samtools:1.20
#SBATCH --job-name=merge
#SBATCH --dependency=afterok:job.batch/sort
#SBATCH --mem=32G
#SBATCH --time=0-12
samtools merge all.bam s*.bam
