#!/bin/sh
# submit:
#DEPCTL --name step-2 --image alpine --array 0-199
#DEPCTL --after 'step-1[i-1 .. i+1]' --retries 2 --requeue
./step 2 "$DEPCTL_TASK_ID"
