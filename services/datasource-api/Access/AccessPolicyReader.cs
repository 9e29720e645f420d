using TraceeMesh.Contracts;
using TraceeMesh.ServiceDefaults;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TraceeMesh.DataSourceApi.Access;

/// <summary>
/// Reads the file that says who may do what:
/// <code>
/// principals:
///   controller:
///     tokens: [SHA-256 of the token, in hexadecimal]
///     certificates: [common name]
///     write: [my_namespace/threshold_datasource]
///     read: ["*"]
/// </code>
/// The principal called <c>anonymous</c> is who shows neither. What the file says and nobody understands is refused, with file and line.
/// </summary>
public static class AccessPolicyReader
{
    private const int HashDigits = 64;

    /// <summary>Reads a file.</summary>
    /// <exception cref="ServiceExitException">It cannot be read, or not understood.</exception>
    public static AccessPolicy Read(string path)
    {
        try
        {
            using var text = File.OpenText(path);
            return Parse(path, text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServiceExitException(ExitCode.Usage, $"{path}: {e.Message}");
        }
    }

    /// <summary>Reads a text.</summary>
    /// <exception cref="ServiceExitException">It cannot be understood.</exception>
    public static AccessPolicy Parse(string path, TextReader text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(text);
        }
        catch (YamlException e)
        {
            throw Refusal(path, e.Start.Line, e.InnerException?.Message ?? e.Message);
        }

        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode { Children.Count: 1 } root
            || root.Children[0].Key is not YamlScalarNode { Value: "principals" } || root.Children[0].Value is not YamlMappingNode principals)
        {
            throw Refusal(path, 1, "one mapping 'principals' is wanted, of names to what each may do");
        }

        var tokens = new Dictionary<string, Principal>();
        var certificates = new Dictionary<string, Principal>();
        Principal? anonymous = null;
        foreach (var (nameNode, node) in principals.Children)
        {
            var name = (nameNode as YamlScalarNode)?.Value is { Length: > 0 } n ? n : throw Refusal(path, nameNode.Start.Line, "a principal has a name");
            if (node is not YamlMappingNode fields)
            {
                throw Refusal(path, node.Start.Line, $"{name}: a mapping is wanted");
            }

            var grants = new Dictionary<AccessAction, IReadOnlyList<string>>();
            var principal = new Principal(name, grants);
            foreach (var (fieldNode, value) in fields.Children)
            {
                Take(path, principal, grants, fieldNode, Texts(path, value), tokens, certificates);
            }

            anonymous = name == Principal.AnonymousName ? principal : anonymous;
        }

        return new AccessPolicy(tokens, certificates, anonymous);
    }

    private static void Take(
        string path,
        Principal principal,
        Dictionary<AccessAction, IReadOnlyList<string>> grants,
        YamlNode field,
        List<(string Text, long Line)> values,
        Dictionary<string, Principal> tokens,
        Dictionary<string, Principal> certificates)
    {
        var name = (field as YamlScalarNode)?.Value;
        switch (name)
        {
            case "tokens":
                foreach (var (hash, line) in values)
                {
                    if (hash.Length != HashDigits || !hash.All(char.IsAsciiHexDigit) || !tokens.TryAdd(hash.ToLowerInvariant(), principal))
                    {
                        throw Refusal(path, line, $"{principal.Name}: a token is written as its SHA-256 in {HashDigits} hexadecimal digits, once (printf %s TOKEN | sha256sum)");
                    }
                }

                break;
            case "certificates":
                foreach (var (subject, line) in values)
                {
                    if (!certificates.TryAdd(subject, principal))
                    {
                        throw Refusal(path, line, $"the certificate '{subject}' is that of two principals");
                    }
                }

                break;
            case "write" or "read" or "watch" or "list":
                foreach (var (grant, line) in values)
                {
                    if (grant != "*" && grant.Count(c => c == '/') != 1)
                    {
                        throw Refusal(path, line, $"'{grant}' names no source; write namespace/id, namespace/* or \"*\"");
                    }
                }

                grants[Enum.Parse<AccessAction>(name, ignoreCase: true)] = values.ConvertAll(v => v.Text);
                break;
            default:
                throw Refusal(path, field.Start.Line, $"unknown field '{name}'; there are tokens, certificates, write, read, watch, list");
        }
    }

    private static List<(string Text, long Line)> Texts(string path, YamlNode node) => node is YamlSequenceNode sequence
        ? [.. sequence.Children.Select(c => c is YamlScalarNode { Value: { Length: > 0 } text } ? (text, c.Start.Line) : throw Refusal(path, c.Start.Line, "a list of texts is wanted"))]
        : throw Refusal(path, node.Start.Line, "a list of texts is wanted");

    private static ServiceExitException Refusal(string path, long line, string reason) => new(ExitCode.Usage, $"{path}:{line}: {reason}");
}
