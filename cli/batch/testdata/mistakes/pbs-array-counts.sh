#!/bin/bash
# submit: --image alpine --numbering five=0-3 --pbs '-W depend=afteranyarray:five[3],afternotokarray:five[1],afterstartarray:five[7],afterok:five[2]'
echo hi
