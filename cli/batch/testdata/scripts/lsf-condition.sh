#!/bin/bash
# submit: --image alpine
#BSUB -J collect
#BSUB -w 'done(prep) && (started(server) || exit("probe"))'
./collect
