using System.Collections;

namespace WorkerTracing.Testing;

/// <summary>A list with a count whose enumeration throws.</summary>
public sealed class UnreadableList<T> : IReadOnlyList<T>
{
    public int Count => 1;

    public T this[int index] => throw Failure();

    public IEnumerator<T> GetEnumerator() => throw Failure();

    IEnumerator IEnumerable.GetEnumerator() => throw Failure();

    private static InvalidOperationException Failure() => new("not to be read");
}
