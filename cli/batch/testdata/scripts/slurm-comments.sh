#!/bin/bash
# submit: --image alpine
#SBATCH job-name=foo
#SBATCH time=60
#SBATCH
# SBATCH --time=5
#sbatch -c 2
#SBATCH--qos=x
##SBATCH --time=99
# #SBATCH --partition=high_mem
#SBATCHES are many
# SBATCH is a word
#SBATCH --mem=4G
echo hi
#SBATCH --time=7
# SBATCH --time=8
