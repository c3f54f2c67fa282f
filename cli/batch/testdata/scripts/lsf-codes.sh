#!/bin/bash
# submit: --image alpine
#BSUB -J repair
#BSUB -w "exit(load, 3) || exit(load, >= 100) || exit(check, != 2)"
./repair
