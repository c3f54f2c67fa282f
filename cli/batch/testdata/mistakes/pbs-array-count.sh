#!/bin/bash
# submit: --image alpine --numbering five=0-3
#PBS -W depend=afterokarray:five[2]
#PBS -N x
echo hi
