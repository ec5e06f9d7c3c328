using System.Collections;

namespace WorkerTracing.Testing;

/// <summary>A collection that says it has two elements, and never stops giving.</summary>
internal sealed class Liar : ICollection
{
    public int Count => 2;

    public bool IsSynchronized => false;

    public object SyncRoot => this;

    public void CopyTo(Array array, int index) => throw new NotSupportedException();

    public IEnumerator GetEnumerator()
    {
        while (true)
            yield return "more";
    }
}
