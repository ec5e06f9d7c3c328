using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing.Testing;

/// <summary>A dictionary with a count whose members throw.</summary>
public sealed class UnreadableDictionary<T> : IReadOnlyDictionary<string, T>
{
    public int Count => 1;

    public IEnumerable<string> Keys => throw Failure();

    public IEnumerable<T> Values => throw Failure();

    public T this[string key] => throw Failure();

    public bool ContainsKey(string key) => throw Failure();

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out T value) => throw Failure();

    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => throw Failure();

    IEnumerator IEnumerable.GetEnumerator() => throw Failure();

    private static InvalidOperationException Failure() => new("not to be read");
}
