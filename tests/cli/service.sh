#!/bin/sh
# service.sh - what `make install` puts where, what systemd says of the unit, and what mailtap says to it.
mailtap=$1
top=$(dirname "$0")/../..
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
. "$(dirname "$0")/../expect.sh"

# ---- what systemd is told
if [ "$(id -u)" = 0 ] && command -v python3 > /dev/null &&
    unshare --net ip link set lo up 2> /dev/null; then
    mkdir -m 777 "$dir/told" # a capture that root starts may become somebody else
    chmod 755 "$dir"
    expect "what systemd is told" 0 "" unshare --net sh -c "ip link set lo up && exec python3 '$(dirname "$0")/service.py' '$mailtap' '$dir/told'"
else
    echo "service: what systemd is told is skipped: it wants root, namespaces and python3"
fi

case $mailtap in
*sanitized*) exit $failed ;; # what is installed does not depend on the build
esac

put() { expect "make install" 0 "" make -s -C "$top" install B="$(dirname "$mailtap")" DESTDIR="$dir/root" PREFIX="$1"; }
has() { [ -f "$dir/root/$2" ] || { echo "FAILED: $1 is not installed as $2"; failed=1; }; }
mode() { same "mode of $1" "$(stat -c %a "$dir/root/$1")" "$2"; }

# ---- make install
put /usr
for f in usr/bin/mailtap usr/lib/systemd/system/mailtap.service usr/lib/sysusers.d/mailtap.conf \
    usr/lib/tmpfiles.d/mailtap.conf usr/share/doc/mailtap/SERVICE.md etc/mailtap/mailtap.conf; do
    has "$(basename $f)" $f
done
mode usr/bin/mailtap 755
mode etc/mailtap/mailtap.conf 644
unit=$dir/root/usr/lib/systemd/system/mailtap.service
same "the unit of /usr" "$(sha256sum < "$unit")" "$(sha256sum < "$top/packaging/mailtap.service")"
expect "the program that was installed" 0 "^mailtap" "$dir/root/usr/bin/mailtap" --version

# An operator's configuration stays.
echo "interface = mine0" > "$dir/root/etc/mailtap/mailtap.conf"
put /usr
same "a configuration that is there" "$(cat "$dir/root/etc/mailtap/mailtap.conf")" "interface = mine0"

# Elsewhere, the unit names the program where it is.
put /opt/mailtap
has "the unit of /opt" opt/mailtap/lib/systemd/system/mailtap.service
same "its program" "$(grep ^ExecStart= "$dir/root/opt/mailtap/lib/systemd/system/mailtap.service")" \
    "ExecStart=/opt/mailtap/bin/mailtap capture --config /etc/mailtap/mailtap.conf"

# ---- the configuration: whatever is wrong with it is wrong use, which the unit does not try again
same "tries again" "$(grep -c '^RestartPreventExitStatus=2$' "$unit")" 1
same "without an end" "$(grep -c '^StartLimitIntervalSec=0$' "$unit")" 1
# Every option of the example, and then an interface that is not there.
sed "s/^#\([a-z]\)/\1/; s/^interface = .*/interface = none0/; s,/var/lib/mailtap,$dir," \
    "$top/packaging/mailtap.conf" > "$dir/all.conf"
same "options in the example" "$(grep -c '^[a-z]' "$dir/all.conf")" "$(grep -c '^#*[a-z]' "$top/packaging/mailtap.conf")"
expect "all of the example" 1 "^mailtap capture: none0: " "$mailtap" capture --config "$dir/all.conf"
echo "workres = 2" >> "$dir/all.conf"
expect "a wrong name in it" 2 "all.conf, line [0-9]*: there is no option 'workres'" \
    "$mailtap" capture --config "$dir/all.conf"
expect "no file" 2 "none.conf: cannot be opened" "$mailtap" capture --config "$dir/none.conf"
expect "no plain file" 2 "is no plain file" "$mailtap" capture --config "$dir"

# ---- what systemd says: nothing is wrong, and the exposure is at most 2.0 of 10.
if command -v systemd-analyze > /dev/null; then
    sed "s,^ExecStart=[^ ]*,ExecStart=$dir/root/usr/bin/mailtap," "$unit" > "$dir/mailtap.service"
    expect "the unit is sound" 0 "" systemd-analyze verify --man=no "$dir/mailtap.service"
    same "and nothing is said of it" "$(grep -c mailtap "$dir/out")" 0
    expect "exposure" 0 "overall exposure level for mailtap.service: [01]\.[0-9]" \
        systemd-analyze security --offline=true --threshold=20 --no-pager "$dir/mailtap.service"
    if [ "$(id -u)" = 0 ]; then
        expect "the user" 0 "" systemd-sysusers --root="$dir/root"
        expect "is made" 0 "^mailtap:.*:/var/lib/mailtap:/usr/sbin/nologin" cat "$dir/root/etc/passwd"
        expect "its folder" 0 "" systemd-tmpfiles --create --root="$dir/root"
        mode var/lib/mailtap 700
    else
        echo "service: how the user is made is skipped: only root makes one"
    fi
else
    echo "service: what systemd says is skipped: there is no systemd-analyze"
fi

exit $failed
