#!/bin/bash
# submit: --image alpine --ignore-unsupported
#SBATCH -J ignored
#SBATCH --nodes=2 --exclusive
#SBATCH --constraint=avx512
#SBATCH --gres=gpu:a100:1
./run
