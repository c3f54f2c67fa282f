#!/bin/bash
# submit: --image pytorch/pytorch:2.9
#BSUB -J train
#BSUB -gpu "num=2:mode=exclusive_process"
#BSUB -n 8 -R "span[hosts=1]"
#BSUB -b 23:30
#BSUB -env "all, EPOCHS=10"
#BSUB -P ml
python train.py
