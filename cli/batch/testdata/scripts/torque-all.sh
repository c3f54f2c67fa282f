#!/bin/bash
# submit: --image alpine
#PBS -N all
#PBS -W depend=afterokarray:tarray[],afteranyarray:other[]
./fit
