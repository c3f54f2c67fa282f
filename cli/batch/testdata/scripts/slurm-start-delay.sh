#!/bin/bash
# submit: --image alpine
#SBATCH --job-name=monitor
#SBATCH --dependency=after:server+10
#SBATCH --begin=2026-12-01T22:00:00
./monitor
