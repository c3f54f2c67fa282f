#!/bin/bash
# submit: --image alpine --numbering batches=1-100:10
#$ -N single
#$ -t 1-100
#$ -hold_jid_ad batches
./use "$SGE_TASK_ID"
