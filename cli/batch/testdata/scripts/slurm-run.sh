#!/bin/bash
# submit: --image alpine
#SBATCH --job-name=alarm
#SBATCH --dependency=afternotok:run
mail -s "the job called run has failed" ops
