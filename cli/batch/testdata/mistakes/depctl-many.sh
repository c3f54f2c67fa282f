#!/bin/sh
# submit: --cpu lots
#DEPCTL --name ___ --array 1-1000000
#DEPCTL --after 'a && suceeded(b)'
#DEPCTL --time 5 --env 1=2 --on-dependency-failure retry
#DEPCTL --retries=many --hold=yes stray
./run
