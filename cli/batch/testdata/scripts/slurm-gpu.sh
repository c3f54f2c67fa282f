#!/bin/bash
# submit: --image pytorch/pytorch:2.9
#SBATCH --job-name=train
#SBATCH --gres=gpu:2
#SBATCH --cpus-per-task=16
#SBATCH --mem=64G
#SBATCH --time=2-00:00:00
#SBATCH --partition=gpu
#SBATCH --account=ml42
export OMP_NUM_THREADS=$SLURM_CPUS_PER_TASK
python train.py
