using System.Diagnostics;

namespace WorkerTracing;

/// <summary>One agent's handoff to the next, as far as the first one's spans show it.</summary>
/// <param name="From">The first agent's span.</param>
/// <param name="FromName">The first agent's name.</param>
/// <param name="Tool">The tool that it handed over with; null where it is unknown.</param>
internal sealed record Handoff(Activity From, string FromName, string? Tool)
{
    public DateTime At => From.StartTimeUtc + From.Duration;
}
