#!/bin/sh
# submit: --array 1990-2020:10
#DEPCTL --name climate --image alpine --array 1950-2020
./climate "$DEPCTL_TASK_ID"
