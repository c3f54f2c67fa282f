#!/bin/bash
# submit: --image registry.example.com/sim:2
#PBS -N limited
#PBS -J 0-49%5
./sweep "$PBS_ARRAY_INDEX"
