#!/usr/bin/env python3
# submit: --image python:3.13
#SBATCH --job-name=pi
#SBATCH --array=0-9
#SBATCH --export=NONE,POINTS=1000000
import os, random
random.seed(int(os.environ["SLURM_ARRAY_TASK_ID"]))
n = int(os.environ["POINTS"])
print(4 * sum(random.random() ** 2 + random.random() ** 2 < 1 for _ in range(n)) / n)
