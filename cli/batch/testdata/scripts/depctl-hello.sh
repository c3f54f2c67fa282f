#!/bin/sh
# submit:
#DEPCTL --name hello --image alpine:3.22
#DEPCTL --cpu 500m --memory 64Mi --time 5m
echo hello
