#!/bin/bash
# submit: --image alpine
#PBS -N tarray
#PBS -t 0-299%20
./run "$PBS_ARRAYID"
