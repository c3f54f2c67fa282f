#!/bin/bash
# submit: --image alpine ; --input "my file.txt" $HOME
#SBATCH --job-name=args
#SBATCH --hold
#SBATCH -D /data
echo "$@"
