#!/bin/bash
# submit: --image alpine
#PBS -N tidy
#PBS -W depend=afterany:sweep[]
#PBS -l mem=1gb
rm -rf tmp
