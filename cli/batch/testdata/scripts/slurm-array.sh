#!/bin/bash -l
# submit: --image registry.example.com/bwa:0.7
#SBATCH -J align
#SBATCH -a 1-96%12
#SBATCH -c 8
#SBATCH --mem=16G
#SBATCH -t 4:00:00
#SBATCH -p long
#SBATCH -o logs/%x_%A_%a.out
#SBATCH -e logs/%x_%A_%a.err
#SBATCH --mail-type=END,FAIL
#SBATCH --mail-user=someone@example.com

sample=$(sed -n "${SLURM_ARRAY_TASK_ID}p" samples.txt)
bwa mem -t "$SLURM_CPUS_PER_TASK" ref.fa "$sample.fq" > "$sample.sam"
