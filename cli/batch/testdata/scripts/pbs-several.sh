#!/bin/bash
# submit: --image alpine
#PBS -N several
#PBS -W depend=after:server,afternotok:probe,umask=022
./several
