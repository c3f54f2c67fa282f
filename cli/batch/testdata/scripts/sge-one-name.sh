#!/bin/bash
# submit: --image alpine --gridengine '-hold_jid hg38_a -N merge_master'
#$ -q q -cwd -l mem_free=8G
echo hi
