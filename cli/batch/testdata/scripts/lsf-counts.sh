#!/bin/bash
# submit: --image alpine
#BSUB -J enough
#BSUB -w "numdone(dock, >= 450) && numexit(dock, < 20)"
./rank
