#!/bin/bash
# submit: --image alpine --slurm '-c 1 : -c 2'
#SBATCH -J het
#SBATCH packjob
echo hi
