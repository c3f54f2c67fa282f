#!/bin/bash
# submit: --image alpine
#PBS -N with-server
#PBS -W depend=afterok:first.pbs01
./run
