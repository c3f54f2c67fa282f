#!/bin/bash
# submit: --image pytorch/pytorch:2.9
#$ -N gpu
#$ -l gpu=1
#$ -pe threaded 8
python train.py
