# expect.sh - what the tests of the command line say with; they source it, and end with `exit $failed`.
# $dir is a folder of theirs.
failed=0

# expect NAME STATUS PATTERN COMMAND...: exit status, and a pattern in what it prints.
expect() {
    name=$1 status=$2 pattern=$3
    shift 3
    "$@" > "$dir/out" 2>&1 < /dev/null
    got=$?
    if [ $got != "$status" ] || { [ "$pattern" ] && ! grep -qi -e "$pattern" "$dir/out"; }; then
        echo "FAILED: $name: status $got instead of $status, or no '$pattern' in:"
        cat "$dir/out"
        failed=1
    fi
}

# same NAME GOT WANTED
same() { [ "$2" = "$3" ] || { echo "FAILED: $1: '$2' instead of '$3'"; failed=1; }; }
