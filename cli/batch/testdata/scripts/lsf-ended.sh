#!/bin/bash
# submit: --image alpine
#BSUB -J tidy
#BSUB -w "ended(\"dock*\") && !done(keep)"
#BSUB -ti
rm -rf tmp
