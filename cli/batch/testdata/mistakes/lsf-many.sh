#!/bin/bash
# submit: --image alpine
#BSUB -J "many[1-10"
#BSUB -w "done(a) && ended(b) || exit(c)"
#BSUB -n 64
#BSUB -R "select[mem>1000] rusage[mem=lots]"
#BSUB -m "host1 host2"
#BSUB -W 1:2:3
./run
