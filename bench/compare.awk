# compare.awk - STORED COUNTED: lines "NAME INSTRUCTIONS", and one "made HOW".  Fails when one is over 3 % more.
{ value = substr($0, length($1) + 2) }
NR == FNR { stored[$1] = value; next }
$1 == "made" {
    if (value != stored["made"]) {
        printf "not compared: made by '%s', the stored values by '%s'\n", value, stored["made"]
        exit
    }
    next
}
!($1 in stored) {
    printf "%s: no value is stored for it: UPDATE=1 make bench-instructions\n", $1
    failed = 1
    next
}
{
    change = 100 * (value / stored[$1] - 1)
    said = sprintf("%s: %d instructions a frame, %.1f %% %s than the %d that are stored", $1, value,
                   change < 0 ? -change : change, change < 0 ? "fewer" : "more", stored[$1])
    if (100 * value > 103 * stored[$1]) {
        print said
        failed = 1
    } else if (100 * value < 97 * stored[$1])
        print said ": store it, UPDATE=1 make bench-instructions"
}
END { exit failed }
