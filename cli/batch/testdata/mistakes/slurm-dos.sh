#!/bin/bash
# submit: --image alpine
#SBATCH -J dos
#SBATCH --mem=1G
echo hi
