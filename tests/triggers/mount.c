/* SPDX-License-Identifier: Apache-2.0 */
/* mount DIRECTORY: mounts there in a mount namespace of its own. */
#include "facts.h"
#include <sched.h>
#include <sys/mount.h>

int main(int argc, char **argv)
{
    must(argc == 2 && unshare(CLONE_NEWNS) == 0, "unshare");
    must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0, "make private");
    must(chdir(argv[1]) == 0 && mkdir("on", 0700) == 0, "mkdir");
    must(mount("some-device", "on", "tmpfs", MS_NOSUID | MS_NODEV, NULL) == 0, "mount");
    must(mount("/dev/nothing", argv[1], "ext4", 0, NULL) < 0, "mount of nothing");
    return 0;
}
