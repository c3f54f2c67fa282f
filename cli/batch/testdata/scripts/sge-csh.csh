#!/bin/csh
# submit: --image registry.example.com/tcsh:6
#$ -N old
#$ -S /bin/csh
#$ -v LIMIT=10,MODE=fast
#$ -r y
#$ -p -100
set n = $LIMIT
echo $n
