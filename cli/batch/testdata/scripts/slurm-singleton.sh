#!/bin/bash
# submit: --image postgres:17
#SBATCH --job-name=nightly
#SBATCH --dependency=singleton
#SBATCH --time=2:30:00
#SBATCH --requeue
pg_dump db > /backup/$(date +%F).sql
