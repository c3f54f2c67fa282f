#!/bin/bash
# submit: --image ubuntu:24.04
#BSUB -J hello
#BSUB -q normal
#BSUB -W 0:10
#BSUB -n 1
#BSUB -R "rusage[mem=500]"
#BSUB -o hello.%J.out
#BSUB -e hello.%J.err
echo hello
