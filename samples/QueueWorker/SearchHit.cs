namespace QueueWorker;

/// <summary>A file that a word stands in, and how often.</summary>
internal sealed record SearchHit(string File, int Count);
