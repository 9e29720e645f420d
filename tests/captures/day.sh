#!/bin/bash
# A day of an ordinary machine, hour by hour, in two minutes: what cron does, people who come over ssh, packages that come and go,
# programs that are compiled, backups, a container that is built and run. What it needs it has been given by "day.sh prepare"
# before the recording: cron, openssh-server, openssh-client, gcc, make, git, dpkg, apt, docker.io, busybox-static, python3.
set -euo pipefail

work=/mnt/day
mkdir -p "$work"
cd "$work"
. /mnt/traceemesh/tests/captures/docker.sh

# package NAME: a package with a program, a library's worth of files, and scripts of its own.
package() {
    mkdir -p "$1/DEBIAN" "$1/usr/bin" "$1/usr/share/$1"
    printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: demo <demo@example.invalid>\nDescription: %s\n' "$1" "$1" > "$1/DEBIAN/control"
    printf '#!/bin/sh\nset -e\nldconfig\n' > "$1/DEBIAN/postinst"
    printf '#!/bin/sh\nset -e\nrm -rf /var/cache/%s\n' "$1" > "$1/DEBIAN/postrm"
    printf '#!/bin/sh\necho %s\n' "$1" > "$1/usr/bin/$1"
    for i in $(seq 30); do printf 'data %s\n' "$i" > "$1/usr/share/$1/$i"; done
    chmod 755 "$1"/DEBIAN/post* "$1/usr/bin/$1"
    dpkg-deb --build --root-owner-group "$1" "$1.deb" > /dev/null
}

prepare() {
    for part in etc usr var root; do
        mkdir -p "/mnt/over/$part/upper" "/mnt/over/$part/work"
        mount -t overlay overlay -o "lowerdir=/$part,upperdir=/mnt/over/$part/upper,workdir=/mnt/over/$part/work" "/$part"
    done
    mount -t tmpfs tmpfs /run
    mount -t tmpfs tmpfs /tmp
    mkdir -p /run/sshd /run/lock
    # The last two wait for a random while, or for minutes.
    rm -f /etc/cron.d/* /etc/cron.hourly/* /var/spool/cron/crontabs/* /etc/cron.daily/{apt-compat,man-db}
    printf '* * * * * root test -x /usr/bin/find && find /var/log -name "*.gz" -mtime +7 > /dev/null\n' > /etc/cron.d/cleaning
    printf '#!/bin/sh\ndf / | tail -n 1 > /var/log/space\n' > /etc/cron.hourly/space
    chmod 755 /etc/cron.hourly/space
    ssh-keygen -q -t ed25519 -N '' -f host_key
    mkdir -p -m 700 /root/.ssh
    rm -f /root/.ssh/*
    ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
    cp /root/.ssh/id_ed25519.pub /root/.ssh/authorized_keys
    package tools
    package notes
    mkdir -p project
    cp /mnt/traceemesh/tests/triggers/*.[ch] project/
    printf 'all: nothing wait names closing\n%%: %%.c\n\tgcc -O2 -o $@ $<\nclean:\n\trm -f nothing wait names closing\n' > project/Makefile
    printf 'FROM base:1\nRUN mkdir -p /app && echo hello > /app/hello\nRUN sort /etc/passwd > /app/sorted\nCMD ["cat", "/app/hello"]\n' > project/Dockerfile
}

over_ssh() { ssh -q -p 2222 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 "$@" > /dev/null; }

people() {
    over_ssh 'id; uptime || true; ls -l /var/log; ps ax | head -n 5'
    over_ssh 'cd /mnt/day/project && git log --oneline 2> /dev/null | head -n 3; tail -n 3 /var/log/dpkg.log || true'
}

packages() {
    dpkg -i tools.deb > /dev/null
    apt-get install -y -qq --no-install-recommends ./notes.deb > /dev/null
    tools > /dev/null
    dpkg -l > /dev/null
    dpkg --purge tools notes > /dev/null
}

development() {
    git -C project init -q
    git -C project config user.email someone@example.invalid
    git -C project config user.name someone
    git -C project add .
    git -C project commit -q -m change || true
    make -s -C project all
    make -s -C project clean
    python3 -c 'import json, pathlib; print(json.dumps([p.name for p in pathlib.Path("/etc").iterdir()]))' > /dev/null
}

backup() {
    tar -cz -f backup.tar.gz /etc /var/log 2> /dev/null
    md5sum backup.tar.gz > /dev/null
    rm backup.tar.gz
    find /usr/share -xdev -name '*.conf' > /dev/null
}

containers() {
    docker build -q -t shop/hello:1 project > /dev/null
    docker run --rm --network none shop/hello:1 > /dev/null
}

hour() {
    run-parts /etc/cron.hourly
    case $1 in
        3) run-parts /etc/cron.daily > /dev/null 2>&1 || true; backup ;;
        6) packages ;;
        9 | 14 | 20) people ;;
        10 | 16) development ;;
        11 | 17) containers ;;
    esac
    ps ax > /dev/null
    sleep 1
}

if [[ ${1:-} == prepare ]]; then
    prepare
    exit
fi

cron -f > /dev/null 2>&1 &
cron=$!
/usr/sbin/sshd -D -p 2222 -h "$work/host_key" -o ListenAddress=127.0.0.1 -o PermitRootLogin=yes -o StrictModes=no &
sshd=$!
start_docker
import_base
for hour in $(seq 0 23); do
    hour "$hour"
done
# Cron has had its minute by then.
sleep 20
stop_docker
kill "$sshd" "$cron"
wait
