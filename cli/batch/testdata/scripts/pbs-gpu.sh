#!/bin/bash
# submit: --image pytorch/pytorch:2.9
#PBS -N gpu
#PBS -l select=1:ncpus=8:ngpus=1:mem=32gb
#PBS -P ml42
python train.py
