#!/bin/bash
# submit: --image alpine --name x
#BSUB -w '"210"'
echo hi
