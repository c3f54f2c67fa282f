#!/bin/bash
# submit: --image alpine
#$ -N report
#$ -hold_jid encode,audio
#$ -m e -M someone@example.com
./report
