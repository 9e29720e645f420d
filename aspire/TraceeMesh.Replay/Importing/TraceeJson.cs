using System.Globalization;
using System.Text.Json;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Replay.Importing;

/// <summary>
/// Reads what Tracee prints with its JSON output, a line for each event: as up to 0.2x (flat, camel case) and as its main branch
/// (protobuf's, snake case). Total: a line that is neither is refused with a reason.
/// </summary>
internal static class TraceeJson
{
    // Values of the main branch lie in a wrapper that is named for their type.
    private static readonly string[] Wrappers =
    [
        "value", "str", "int32", "int64", "u_int32", "u_int64", "uInt32", "uInt64", "bool", "bytes", "str_array", "strArray", "int32_array", "int32Array", "u_int64_array", "uInt64Array",
        "sockaddr", "credentials", "timespec", "hooked_syscalls", "hooked_seq_ops", "ipv4", "ipv6", "tcp", "udp", "icmp", "icmpv6", "dns", "dns_questions", "dns_responses", "packet_metadata", "http",
        "http_request", "http_response", "struct", "pointer",
    ];

    /// <summary>Reads a line.</summary>
    /// <param name="json">The line, parsed.</param>
    /// <param name="e">The event.</param>
    /// <param name="reason">Why it is none.</param>
    public static bool TryRead(JsonElement json, out TraceeEvent e, out string reason)
    {
        e = new TraceeEvent();
        if (json.ValueKind != JsonValueKind.Object)
        {
            reason = "it is no JSON object";
            return false;
        }

        try
        {
            reason = json.TryGetProperty("eventName", out _) ? ReadFlat(json, e) : json.TryGetProperty("name", out _) ? ReadNested(json, e) : "it has neither eventName nor name";
        }
        catch (Exception x) when (x is InvalidOperationException or FormatException or OverflowException)
        {
            reason = x.Message;
        }

        return reason.Length == 0;
    }

    /// <summary>An integer: a number, a text of digits, a bool.</summary>
    public static bool TryNumber(JsonElement value, out long number)
    {
        number = 0;
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                number = 1;
                return true;
            case JsonValueKind.False:
                return true;
            case JsonValueKind.Number:
                return value.TryGetInt64(out number) || (value.TryGetUInt64(out var unsigned) && (number = unchecked((long)unsigned)) != 0);
            case JsonValueKind.String:
                var text = value.GetString();
                return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
                    || (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var big) && (number = unchecked((long)big)) != 0);
            default:
                return false;
        }
    }

    private static string ReadFlat(JsonElement json, TraceeEvent e)
    {
        e.Name = Text(json, "eventName");
        ref var c = ref e.Context;
        c.Timestamp = Number(json, "timestamp");
        c.ThreadStartTime = Number(json, "threadStartTime");
        c.Cpu = (int)Number(json, "processorId");
        c.ProcessId = (int)Number(json, "processId");
        c.ThreadId = (int)Number(json, "threadId");
        c.ParentProcessId = (int)Number(json, "parentProcessId");
        c.HostProcessId = (int)Number(json, "hostProcessId");
        c.HostThreadId = (int)Number(json, "hostThreadId");
        c.HostParentProcessId = (int)Number(json, "hostParentProcessId");
        c.UserId = (int)Number(json, "userId");
        c.MountNamespace = (uint)Number(json, "mountNamespace");
        c.PidNamespace = (uint)Number(json, "pidNamespace");
        c.CgroupId = (ulong)Number(json, "cgroupId");
        c.ReturnValue = Number(json, "returnValue");
        c.Syscall = SystemCallNumber(Text(json, "syscall"));
        c.ProcessName = Utf8Text.From(Text(json, "processName"));
        c.HostName = Utf8Text.From(Text(json, "hostName"));
        c.Executable = Utf8Text.From(Text(Child(json, "executable"), "path"));
        var container = Child(json, "container");
        c.ContainerId = Utf8Text.From(Text(container, "id") is { Length: > 0 } id ? id : Text(json, "containerId"));
        c.ContainerName = Utf8Text.From(Text(container, "name"));
        c.ContainerImage = Utf8Text.From(Text(container, "image"));
        c.ContainerImageDigest = Utf8Text.From(Text(container, "imageDigest"));
        var pod = Child(json, "kubernetes");
        c.PodName = Utf8Text.From(Text(pod, "podName"));
        c.PodNamespace = Utf8Text.From(Text(pod, "podNamespace"));
        c.PodUid = Utf8Text.From(Text(pod, "podUID"));
        var flags = Child(json, "contextFlags");
        c.Flags = (Flag(flags, "containerStarted") ? ContextFlags.ContainerStarted : 0) | (Flag(flags, "isCompat") ? ContextFlags.IsCompat : 0) | (Flag(pod, "podSandbox") ? ContextFlags.PodSandbox : 0);
        foreach (var argument in Elements(json, "args"))
        {
            if (argument.TryGetProperty("value", out var value))
            {
                e.Arguments[Text(argument, "name")] = value;
            }
        }

        return e.Name.Length > 0 ? "" : "its eventName is empty";
    }

    private static string ReadNested(JsonElement json, TraceeEvent e)
    {
        e.Name = Text(json, "name");
        ref var c = ref e.Context;
        c.Timestamp = Time(Child(json, "timestamp"));
        var workload = Child(json, "workload");
        var process = Child(workload, "process");
        var thread = Child(process, "thread");
        c.ThreadStartTime = Time(Child(thread, "start_time"));
        c.ProcessId = (int)Number(process, "pid");
        c.ThreadId = (int)Number(thread, "tid");
        c.HostProcessId = (int)Number(process, "host_pid");
        c.HostThreadId = (int)Number(thread, "host_tid");
        foreach (var ancestor in Elements(process, "ancestors").Take(1))
        {
            c.HostParentProcessId = (int)Number(ancestor, "host_pid");
            c.ParentProcessId = (int)Number(ancestor, "pid");
        }

        c.UserId = (int)Number(Child(process, "real_user"), "id");
        c.Syscall = SystemCallNumber(Text(thread, "syscall"));
        c.ProcessName = Utf8Text.From(Text(thread, "name"));
        c.Executable = Utf8Text.From(Text(Child(process, "executable"), "path"));
        var container = Child(workload, "container");
        c.ContainerId = Utf8Text.From(Text(container, "id"));
        c.ContainerName = Utf8Text.From(Text(container, "name"));
        c.ContainerImage = Utf8Text.From(Text(Child(container, "image"), "name"));
        c.ContainerImageDigest = Utf8Text.From(Elements(Child(container, "image"), "repo_digests").Where(d => d.ValueKind == JsonValueKind.String).Select(d => d.GetString()!).FirstOrDefault() ?? "");
        var k8s = Child(workload, "k8s");
        c.PodName = Utf8Text.From(Text(Child(k8s, "pod"), "name"));
        c.PodUid = Utf8Text.From(Text(Child(k8s, "pod"), "uid"));
        c.PodNamespace = Utf8Text.From(Text(Child(k8s, "namespace"), "name"));
        c.Flags = (Flag(container, "started") || Flag(container, "is_running") ? ContextFlags.ContainerStarted : 0) | (Flag(thread, "compat") ? ContextFlags.IsCompat : 0);
        foreach (var argument in Elements(json, "data"))
        {
            var name = Text(argument, "name");
            if (argument.EnumerateObject().FirstOrDefault(p => p.Name != "name") is { Value.ValueKind: not JsonValueKind.Undefined } value)
            {
                e.Arguments[name] = Unwrap(value.Value);
            }
        }

        c.ReturnValue = e.Arguments.Remove("returnValue", out var returned) && TryNumber(returned, out var number) ? number : 0;
        return e.Name.Length > 0 ? "" : "its name is empty";
    }

    private static JsonElement Unwrap(JsonElement value)
    {
        while (value.ValueKind == JsonValueKind.Object && value.EnumerateObject().ToList() is [var only] && Wrappers.Contains(only.Name))
        {
            value = only.Value;
        }

        return value;
    }

    private static int SystemCallNumber(string name) =>
        name.Length > 0 && EventCatalog.Find(name) is { } definition && SystemCallTable.IsSystemCall(definition.Id) ? definition.Id : -1;

    // ns since the epoch: a number, an RFC 3339 text, or seconds and nanos.
    private static long Time(JsonElement time) => time.ValueKind switch
    {
        JsonValueKind.String when DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) =>
            ((parsed - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick) + Remainder(time.GetString()!),
        JsonValueKind.Object => (Number(time, "seconds") * 1_000_000_000) + Number(time, "nanos"),
        _ => TryNumber(time, out var number) ? number : 0,
    };

    // .NET's times end at 100 ns.
    private static long Remainder(string text)
    {
        var fraction = text.AsSpan(text.IndexOf('.', StringComparison.Ordinal) + 1);
        var digits = 0;
        while (digits < fraction.Length && char.IsAsciiDigit(fraction[digits]))
        {
            digits++;
        }

        return digits == 9 ? long.Parse(fraction[7..9], CultureInfo.InvariantCulture) : 0;
    }

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var child) ? child : default;

    private static IEnumerable<JsonElement> Elements(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Where(i => i.ValueKind is JsonValueKind.Object or JsonValueKind.String) : [];

    private static string Text(JsonElement parent, string name) => Child(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static long Number(JsonElement parent, string name) => TryNumber(Child(parent, name), out var number) ? number : 0;

    private static bool Flag(JsonElement parent, string name) => Child(parent, name).ValueKind == JsonValueKind.True;
}
