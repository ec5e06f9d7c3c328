using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A request that a backend has read.</summary>
/// <param name="Path">Its path and query.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="Body">The message, decompressed.</param>
internal sealed record OtlpCall(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public IReadOnlyList<OtlpSpan> Spans { get; } = OtlpSpan.ReadRequest(Body);
}
