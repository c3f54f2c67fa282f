#!/bin/bash
# submit: --image ubuntu:24.04
#SBATCH --job-name=hello
#SBATCH --output=hello.out
#SBATCH --ntasks=1
#SBATCH --time=00:05:00
#SBATCH --mem=100

echo "Hello from $(hostname)"
