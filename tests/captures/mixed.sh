#!/bin/bash
# A package is built, and a container run: what a build machine does. Needs gcc, dpkg-deb, docker.io, busybox-static.
set -euo pipefail

work=/mnt/mixed
mkdir -p "$work"
cd "$work"
. /mnt/traceemesh/tests/captures/docker.sh

build_package() {
    mkdir -p pkg/DEBIAN pkg/usr/bin pkg/usr/share/doc/demo
    for source in /mnt/traceemesh/tests/triggers/{nothing,wait,names,closing}.c; do
        gcc -O2 -c -o "$(basename "$source" .c).o" "$source"
    done
    gcc -o pkg/usr/bin/demo wait.o
    strip pkg/usr/bin/demo
    printf 'Package: demo\nVersion: 1.0\nArchitecture: amd64\nMaintainer: demo <demo@example.invalid>\nDescription: a demo\n' > pkg/DEBIAN/control
    gzip -9nc /mnt/traceemesh/CHANGELOG.md > pkg/usr/share/doc/demo/changelog.gz
    (cd pkg && find usr -type f -exec md5sum {} + > DEBIAN/md5sums)
    dpkg-deb --build --root-owner-group pkg demo_1.0_amd64.deb > /dev/null
    dpkg-deb --contents demo_1.0_amd64.deb > /dev/null
}

run_container() {
    docker run --rm --network none --name worker base:1 /bin/sh -c \
        'for i in $(seq 40); do echo "line $i" >> /tmp/lines; grep -c line /tmp/lines; done; find / -xdev -type f | sort | tail -n 3; tar -c /etc /tmp | gzip > /tmp/out.gz' > /dev/null
}

start_docker
import_base
build_package
run_container
stop_docker
