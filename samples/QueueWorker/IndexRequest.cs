namespace QueueWorker;

/// <summary>The body of POST /jobs.</summary>
/// <param name="Folder">The folder to index, relative to the root; null for the default one.</param>
internal sealed record IndexRequest(string? Folder);
