#!/bin/bash
# submit: --image alpine
#PBS -N enough
#PBS -W depend=afterokarray:tarray[][250]
./fit
