#!/bin/bash
# submit: --image alpine --numbering dock=1-500
#BSUB -J "score[1-500]"
#BSUB -w "done(dock[*])"
./score "$LSB_JOBINDEX"
