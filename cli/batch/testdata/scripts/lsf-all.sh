#!/bin/bash
# submit: --image alpine
#BSUB -J everything
#BSUB -w "numended(dock, *)"
./rank
