# A dockerd of our own below $work/docker, with one image, base:1, made of busybox. Needs docker.io, busybox-static.
start_docker() {
    local root="$work/docker"
    mkdir -p "$root"
    dockerd --data-root "$root/root" --exec-root "$root/exec" --pidfile "$root/dockerd.pid" -H "unix://$root/docker.sock" \
        --storage-driver overlay2 --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --bridge=none \
        --exec-opt native.cgroupdriver=cgroupfs > "$root/log" 2>&1 &
    dockerd=$!
    export DOCKER_HOST="unix://$root/docker.sock"
    until docker version > /dev/null 2>&1; do
        kill -0 "$dockerd" || { cat "$root/log" >&2; return 1; }
        sleep 0.2
    done
}

import_base() {
    mkdir -p "$work/base/bin" "$work/base/tmp" "$work/base/etc"
    cp "$(command -v busybox)" "$work/base/bin/busybox"
    chroot "$work/base" /bin/busybox --install -s /bin
    printf 'root:x:0:0:root:/:/bin/sh\n' > "$work/base/etc/passwd"
    tar -C "$work/base" -c . | docker import - base:1 > /dev/null
}

stop_docker() {
    kill "$dockerd"
    wait "$dockerd" || true
}
