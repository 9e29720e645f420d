using System.Text;
using TraceeMesh.Contracts.Events;

namespace TraceeMesh.Detector.Choosing;

/// <summary>A text, or the beginning of one where the pattern ends with <c>*</c>. An empty text is an unknown one and matches nothing.</summary>
public sealed class TextPattern
{
    private readonly byte[] _text;
    private readonly bool _isPrefix;

    /// <summary>A pattern.</summary>
    /// <param name="pattern">Not empty.</param>
    public TextPattern(string pattern)
    {
        _isPrefix = pattern.EndsWith('*');
        _text = Encoding.UTF8.GetBytes(_isPrefix ? pattern[..^1] : pattern);
    }

    /// <summary>Whether the text is such a one.</summary>
    public bool Matches(Utf8Text text) => !text.IsEmpty && (_isPrefix ? text.StartsWith(_text) : text.Is(_text));
}
