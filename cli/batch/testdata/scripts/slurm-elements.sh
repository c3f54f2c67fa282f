#!/bin/bash
# submit: --image python:3.13 --numbering sweep=0-90:10
#SBATCH -J compare
#SBATCH -d afterok:sweep_0:sweep_90
#SBATCH -t 30:00
python compare.py 0 90
