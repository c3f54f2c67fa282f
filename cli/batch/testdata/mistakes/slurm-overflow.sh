#!/bin/bash
# submit: --image alpine --slurm '--begin=now+20000weeks -t 200000-0'
echo hi
