#$ -N one -cwd -b n -l h_rt=1:0:0 -P project
# submit: --image alpine
echo "no first line: sh runs it"
