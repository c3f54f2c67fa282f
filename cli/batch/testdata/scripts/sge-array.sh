#!/bin/bash
# submit: --image registry.example.com/render:4
#$ -N Render.Frames
#$ -t 1-240
#$ -tc 24
#$ -pe smp 4
#$ -l h_vmem=2G
#$ -l h_rt=7200
#$ -q render.q
blender -b scene.blend -f "$SGE_TASK_ID" -t "$NSLOTS"
