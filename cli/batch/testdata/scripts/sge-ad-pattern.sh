#!/bin/bash
# submit: --image alpine --numbering left-eye=1-10 --numbering right-eye=1-10
#$ -N stereo
#$ -t 1-10
#$ -hold_jid_ad *_eye
./stereo "$SGE_TASK_ID"
