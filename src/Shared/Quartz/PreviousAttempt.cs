using System.Diagnostics;

namespace WorkerTracing;

/// <summary>The attempt before, as the next attempt at the same occurrence needs it.</summary>
/// <param name="Context">Its span. The default if that was not recorded.</param>
/// <param name="RetryDueAt">The time that Quartz's retry policy chose for the next attempt. Null for a refire, which follows at once.</param>
internal readonly record struct PreviousAttempt(ActivityContext Context, DateTimeOffset? RetryDueAt);
