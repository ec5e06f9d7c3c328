namespace WorkerTracing.OpenAI.Tests;

/// <summary>What the ingest server answers.</summary>
internal sealed record IngestReply(int Status, params (string Name, string Value)[] Headers)
{
    public static implicit operator IngestReply(int status) => new(status);
}
