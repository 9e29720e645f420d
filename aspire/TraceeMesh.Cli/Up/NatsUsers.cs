using System.Text;
using TraceeMesh.Cli.Connection;
using TraceeMesh.Contracts;

namespace TraceeMesh.Cli.Up;

/// <summary>Users and what each may do, in the words of nats-server's configuration.</summary>
internal static class NatsUsers
{
    /// <summary>Writes the list of users.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="users">Their passwords.</param>
    /// <param name="permissions">What each may do.</param>
    public static void Write(StringBuilder text, IReadOnlyDictionary<string, BusCredentials> users, IReadOnlyList<BusPermission> permissions)
    {
        text.Append("  users: [\n");
        foreach (var permission in permissions)
        {
            var user = users[permission.User];
            text.Append($"    {{ user: {Quote(user.User)}, password: {Quote(user.Password)}, permissions: {{ ");
            text.Append($"publish: {Allowed(permission.Publish, permission.Denied)}, subscribe: {Allowed(permission.Subscribe, permission.Denied)} }} }}\n");
        }

        text.Append("  ]\n");
    }

    /// <summary>A text as a value.</summary>
    public static string Quote(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Allowed(IReadOnlyList<string> allowed, IReadOnlyList<string> denied) =>
        allowed.Count == 0 ? "{ deny: [\">\"] }"
        : denied.Count == 0 ? $"{{ allow: {List(allowed)} }}"
        : $"{{ allow: {List(allowed)}, deny: {List(denied)} }}";

    private static string List(IReadOnlyList<string> subjects) => $"[{string.Join(", ", subjects.Select(Quote))}]";
}
