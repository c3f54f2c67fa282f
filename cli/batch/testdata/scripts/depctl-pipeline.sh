#!/usr/bin/env -S bash -e
# submit:
#DEPCTL --name=pipeline --image=alpine --queue=long
#DEPCTL --array=1,3,5-9,20-60:20,1000
./pipeline "$DEPCTL_TASK_ID"
