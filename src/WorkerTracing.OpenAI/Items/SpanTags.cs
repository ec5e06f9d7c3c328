using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The attributes of one span, each name once with its last value. Reused from span to span.</summary>
internal sealed class SpanTags
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    public object? this[string name] => _values.GetValueOrDefault(name);

    public void Load(Activity span)
    {
        _values.Clear();
        foreach (ref readonly KeyValuePair<string, object?> tag in span.EnumerateTagObjects())
        {
            if (tag.Key is not null) // an Activity accepts an attribute without a name
                _values[tag.Key] = tag.Value;
        }
    }

    public void Clear() => _values.Clear();

    /// <summary>Gets the attribute's value if it is text and not empty.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name) is string { Length: > 0 } text ? text : null;

    public Dictionary<string, object?>.Enumerator GetEnumerator() => _values.GetEnumerator();
}
