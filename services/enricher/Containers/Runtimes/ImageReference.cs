namespace TraceeMesh.Enricher.Containers.Runtimes;

/// <summary>What people and runtimes write for an image: a name, or a content id, which says nothing to people.</summary>
internal static class ImageReference
{
    private const string Sha256 = "sha256:";
    private const int Sha256Digits = 64;

    /// <summary>Whether it is a content id: <c>sha256:</c> and digits, or the 64 digits alone.</summary>
    public static bool IsContentId(string reference) =>
        reference.StartsWith(Sha256, StringComparison.Ordinal)
        || (reference.Length == Sha256Digits && reference.All(char.IsAsciiHexDigit));

    /// <summary>The digits of a content id.</summary>
    public static string Digits(string contentId) =>
        contentId.StartsWith(Sha256, StringComparison.Ordinal) ? contentId[Sha256.Length..] : contentId;

    /// <summary>The digest within a reference such as <c>name@sha256:…</c>; empty where it names none.</summary>
    public static string Digest(string reference) => reference.Contains("@" + Sha256, StringComparison.Ordinal) ? reference : "";

    /// <summary>The name without tag and digest.</summary>
    public static string Repository(string reference)
    {
        var name = reference.Split('@')[0];
        var colon = name.LastIndexOf(':');

        // A colon before a slash belongs to the registry's port.
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }
}
