#!/bin/bash
# submit: --image alpine --numbering dock=1-500
#BSUB -J look
#BSUB -w "done(dock[4]) && ended(dock[500])"
./look
