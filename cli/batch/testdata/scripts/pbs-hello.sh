#!/bin/bash
# submit: --image ubuntu:24.04
#PBS -N hello
#PBS -l walltime=00:10:00
#PBS -l select=1:ncpus=1:mem=500mb
#PBS -j oe
cd "$PBS_O_WORKDIR"
echo hello
