#!/bin/sh
# submit: --image alpine
#DEPCTL --name sim --after sim
./run
