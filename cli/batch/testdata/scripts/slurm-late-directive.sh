#!/bin/bash
# submit: --image alpine
#SBATCH --job-name=late
##SBATCH --time=1
set -e
#SBATCH --time=10
echo late
