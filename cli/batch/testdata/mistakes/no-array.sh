#!/bin/sh
# submit: --image alpine
#DEPCTL --name sim --after 'gen[i]'
./run
