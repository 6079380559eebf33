# instructions.awk - of what callgrind wrote: instructions by object file, each its own and not what it calls.
# Prints "INSTRUCTIONS OBJECT", in no order.
#
# A line of cost is a position (a number, +N, -N or *) and the count.  After "calls=" comes one that is the callee's.
# An object is "(ID) PATH" the first time, and "(ID)" later.
function named(text,    id) {
    id = substr(text, 1, index(text, ")"))
    if (length(text) > length(id))
        name[id] = substr(text, length(id) + 2)
    return name[id]
}
/^ob=/ { object = named(substr($0, 4)); next }
/^cob=/ { named(substr($0, 5)); next }
/^calls=/ { getline; next }
/^[0-9+*-]/ { cost[object] += $2 }
END {
    for (o in cost)
        printf "%.0f %s\n", cost[o], o
}
