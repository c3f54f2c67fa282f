#!/bin/sh
# submit:
#DEPCTL --name choose --image alpine
#DEPCTL --after "(train or failed(tune, reason=DeadlineExceeded)), licence"
#DEPCTL --after 'finished(cleanup) + 10m'
#DEPCTL --on-dependency-failure wait --wait-timeout 1d
./choose
