#!/bin/sh
# submit: --image alpine
#PBS -Nletters -ry -S/bin/sh
#PBS -v SIZE=10,"TITLE=a title"
#PBS -a 2200
echo "$TITLE"
