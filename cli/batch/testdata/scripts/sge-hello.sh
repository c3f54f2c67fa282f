#!/bin/bash
# submit: --image ubuntu:24.04
#$ -N hello
#$ -cwd
#$ -V
#$ -S /bin/bash
#$ -j y
#$ -o hello.log
#$ -l h_rt=00:10:00,h_vmem=1G
echo hello
