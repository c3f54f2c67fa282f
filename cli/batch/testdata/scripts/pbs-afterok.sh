#!/bin/bash
# submit: --image alpine
#PBS -N second
#PBS -W depend=afterok:first:zeroth
#PBS -l walltime=3600
./second
