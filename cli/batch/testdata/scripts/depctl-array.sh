#!/bin/sh
# submit:
#DEPCTL --name sim --image alpine --array 0-99%10
#DEPCTL --after 'prep, gen[i]'
#DEPCTL --env MODE=fast --env 'TITLE=two words'
./sim "$DEPCTL_TASK_ID"
