#!/bin/bash
# submit: --image alpine
#BSUB -J x
#BSUB -w "finished(a) && done(b"
./run
