#!/bin/sh
# submit: --image alpine
#SBATCH --job-name=alarm
#SBATCH --dependency=afternotok:merge
wget -qO- https://example.com/alarm
