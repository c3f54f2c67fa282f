#!/bin/sh
# submit: --name other --after job.batch/prep --cpu 2
#DEPCTL --name mine --image alpine --after 'a, b' --cpu 1
./run
