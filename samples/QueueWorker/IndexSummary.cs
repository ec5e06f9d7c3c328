namespace QueueWorker;

/// <summary>What a job did.</summary>
internal sealed record IndexSummary(int Files, int Words);
