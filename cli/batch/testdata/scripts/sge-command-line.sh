#!/bin/bash
# submit: --image alpine --gridengine '-t 1-10 -hold_jid prep -N renamed'
#$ -N original -t 1-1000 -hold_jid other
./run "$SGE_TASK_ID"
