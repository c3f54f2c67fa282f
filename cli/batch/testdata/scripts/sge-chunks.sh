#!/bin/bash
# submit: --image registry.example.com/ffmpeg:7 --numbering render=1-240
#$ -N encode
#$ -t 1-240:24
#$ -hold_jid_ad render
last=$((SGE_TASK_ID + SGE_TASK_STEPSIZE - 1))
ffmpeg -start_number "$SGE_TASK_ID" -i f%04d.png -frames 24 part-$last.mp4
