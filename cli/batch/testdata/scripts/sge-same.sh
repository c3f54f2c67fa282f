#!/bin/bash
# submit: --image alpine --numbering blur=1-50
#$ -N sharpen
#$ -t 1-50
#$ -hold_jid_ad blur
./sharpen "$SGE_TASK_ID"
