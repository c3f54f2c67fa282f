#!/bin/bash
# submit: --image alpine --numbering gen=1-10
#SBATCH -a 1-20
#SBATCH -d aftercorr:gen
./run
