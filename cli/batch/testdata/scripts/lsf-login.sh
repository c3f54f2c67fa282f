# submit: --image alpine
#BSUB -J login -L /bin/bash
#BSUB -r -H
#BSUB -u someone@example.com -N
module() { :; }
module load gcc
./run
