using System.Diagnostics;

namespace WorkerTracing;

/// <summary>A job that ended with its process, found in the files of that process.</summary>
/// <param name="Name">The display name of its span.</param>
/// <param name="Key">The key that the job was opened with; null where it was too long to be recorded.</param>
/// <param name="Context">The context of its span.</param>
/// <param name="Started">When it started.</param>
/// <param name="LastAlive">When its process was last known to be alive.</param>
internal sealed record AbandonedJob(string Name, string? Key, ActivityContext Context, DateTimeOffset Started, DateTimeOffset LastAlive);
