#!/bin/bash
# submit: --image alpine
#BSUB -J "again[1-3,10-20:5]"
./again "$LSB_JOBINDEX" "$LSB_JOBINDEX_END"
