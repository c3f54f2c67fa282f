#!/bin/bash
# submit: --image python:3.13
#SBATCH -J rerun
#SBATCH --array=3,7,12-15,40%2
#SBATCH --time=10
python simulate.py --seed "$SLURM_ARRAY_TASK_ID"
