namespace TraceeMesh.Cli.Triggers;

/// <summary>The triggers of the built-in signatures, in the order of their ids.</summary>
internal static class TriggerList
{
    private const string NoRootkit = "it takes a rootkit";

    public static IReadOnlyList<Trigger> All { get; } =
    [
        OnHost("stdio_over_socket", "act stdio"),
        OnHost("anti_debugging", "act traced"),
        OnHost("ptrace_code_injection", "sleep 60 & act poke $!"),
        OnHost("dynamic_code_loading", "act seal"),
        OnHost("fileless_execution", "room /dev; mkdir /dev/shm; cp /bin/true /dev/shm/true; /dev/shm/true"),
        InContainer("cgroup_notify_on_release", CgroupFile("notify_on_release")),
        OnHost("ld_preload", "LD_PRELOAD= /bin/true"),
        InContainer("k8s_service_account_token", "room /run; cd /run; mkdir -p secrets/kubernetes.io/serviceaccount; echo none > secrets/kubernetes.io/serviceaccount/token; cat /run/secrets/kubernetes.io/serviceaccount/token > token"),
        OnHost("aslr_inspection", ": < /proc/sys/kernel/randomize_va_space"),
        InContainer("cgroup_release_agent", CgroupFile("release_agent")),
        InContainer("core_pattern_modification", ": >> /proc/sys/kernel/core_pattern"),

        // With the libraries covered no further program starts: the shell does the rest itself.
        OnHost("default_loader_mod", "room /usr/lib; : > /usr/lib/ld-tmesh.so.1"),
        InContainer("k8s_api_connection", "KUBERNETES_SERVICE_HOST=192.0.2.1 bash -c ': < /dev/tcp/192.0.2.1/443' 2> /dev/null || :"),
        InContainer("disk_mount", "mount -t ext4 /dev/null /mnt 2> /dev/null || :"),
        OnHost("hidden_file_created", "room /tmp; cp /bin/true /tmp/.tmesh"),
        OnHost("illegitimate_shell", "room /tmp; cp /bin/sh /tmp/nginx; /tmp/nginx -c 'sh -c :; :'"),
        new("kernel_module_loading") { Impossible = File.Exists("/proc/modules") ? "a loaded module would change the host" : "this kernel loads no modules" },
        OnHost("k8s_cert_theft", "room /etc; mkdir -p /etc/kubernetes/pki; : > /etc/kubernetes/pki/tmesh.key; cat /etc/kubernetes/pki/tmesh.key"),
        InContainer("docker_abuse", "room /run; act connect /run/docker.sock"),
        new("proc_fops_hooking") { Impossible = NoRootkit },
        InContainer("proc_kcore_read", "real_or_decoy /proc/kcore; : < /proc/kcore"),
        InContainer("dropped_executable", "room /tmp; cp /bin/true /tmp/true"),
        OnHost("proc_mem_access", ": < /proc/self/mem"),
        OnHost("proc_mem_code_injection", ": >> /proc/self/mem"),
        OnHost("process_vm_write_inject", "sleep 60 & act write $!"),
        OnHost("rcd_modification", "room /etc; mkdir /etc/init.d; : > /etc/init.d/tmesh"),
        OnHost("scheduled_task_mod", "room /etc; mkdir /etc/cron.d; : > /etc/cron.d/tmesh"),
        OnHost("sudoers_modification", "room /etc; : > /etc/sudoers"),
        InContainer("sched_debug_recon", "real_or_decoy /proc/sched_debug; : < /proc/sched_debug"),
        new("syscall_hooking") { Impossible = NoRootkit },
        InContainer("system_request_key_mod", "[ -e /proc/sys/kernel/sysrq ] && : >> /proc/sys/kernel/sysrq || { decoy /proc/sysrq-trigger; : >> /proc/sysrq-trigger; }"),
        InContainer("binary_drift", "room /tmp; cp /bin/true /tmp/true; /tmp/true"),
        OnHost("service_shell", "act serve"),
        OnHost("unresolved_connection", "bash -c \": < /dev/tcp/$address/80\" 2> /dev/null || :"),
        InContainer("image_not_allowed", "sleep 2") with { HasRefusedImage = true },

        // Below the container's own procfs lies the host's.
        InContainer("container_to_host", "umount /proc; nsenter --uts=/proc/$outside/ns/uts true"),
    ];

    public static Trigger? Find(string signature) => All.FirstOrDefault(t => t.Signature == signature);

    private static Trigger OnHost(string signature, string script) => new(signature) { Script = script };

    private static Trigger InContainer(string signature, string script) => new(signature) { Script = script, InContainer = true };

    // Opened and not written. Only cgroups of version 1 have these files.
    private static string CgroupFile(string name) =>
        $"set -- /sys/fs/cgroup/*/{name}; if [ ! -e \"$1\" ]; then decoy /tmp/{name}; set -- /tmp/{name}; fi; : >> \"$1\"";
}
