#!/bin/bash
# submit: --image alpine --gridengine '-hold_jid 4711.1-10:1'
echo hi
