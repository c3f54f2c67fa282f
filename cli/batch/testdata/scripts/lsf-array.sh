#!/bin/bash
# submit: --image registry.example.com/dock:1
#BSUB -J "dock[1-500]%50"
#BSUB -W 4:00
#BSUB -n 4
#BSUB -R "span[hosts=1] rusage[mem=4GB]"
#BSUB -M 4GB
#BSUB -oo logs/%J.%I
./dock "$LSB_JOBINDEX"
