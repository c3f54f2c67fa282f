#!/bin/bash
# submit: --image alpine --numbering six=1-60:6
#$ -N fours
#$ -t 1-60:4
#$ -hold_jid_ad six
./regroup "$SGE_TASK_ID"
