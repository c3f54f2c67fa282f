#!/bin/sh
# submit: --gpus 1
#DEPCTL --name labelled- --image alpine --label team=ocean --annotation example.com/ticket=42
#DEPCTL --workdir /data --hold
./run
