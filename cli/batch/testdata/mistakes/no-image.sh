#!/bin/sh
# submit:
#SBATCH -J sim
./run
