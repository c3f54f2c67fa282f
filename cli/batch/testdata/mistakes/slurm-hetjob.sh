#!/bin/bash
# submit: --image alpine
#SBATCH -J het
#SBATCH --gres=gpu:1 --mem=1G
#SBATCH hetjob
#SBATCH --mem=99G --time=5
echo hi
