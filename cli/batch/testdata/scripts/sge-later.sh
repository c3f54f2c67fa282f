#!/bin/bash
# submit: --image alpine
# The options stand anywhere in a script of Grid Engine.
#$ -N later
cd /data
#$ -a 12012200
#$ -h
./run   #$not an option
#$HOME is a comment
