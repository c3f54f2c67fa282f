#!/bin/bash
# submit: --image alpine
#PBS -N torque
#PBS -l nodes=1:ppn=8,walltime=24:00:00,pmem=2gb
#PBS -q batch
#PBS -m abe
#PBS -M someone@example.com
#PBS -V
./run
