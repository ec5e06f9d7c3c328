namespace WorkerTracing.OpenAI.Tests;

/// <summary>What the ingest server answers.</summary>
internal sealed record IngestReply(int Status, params (string Name, string Value)[] Headers)
{
    /// <summary>The body; null for the usual one.</summary>
    public string? Body { get; init; }

    public static implicit operator IngestReply(int status) => new(status);
}
