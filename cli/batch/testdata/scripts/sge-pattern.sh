#!/bin/bash
# submit: --image alpine
#$ -N gather
#$ -hold_jid prep,shard_*
#$ -l mem_free=500M
cat shard_*.csv > all.csv
