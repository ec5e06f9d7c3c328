using System.Collections;

namespace WorkerTracing.Testing;

/// <summary>A sequence that never ends, of sequences that never end, each a new one.</summary>
internal sealed class Bottomless : IEnumerable<object>
{
    public IEnumerator<object> GetEnumerator()
    {
        while (true)
            yield return new Bottomless();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
