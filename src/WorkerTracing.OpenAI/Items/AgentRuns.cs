using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace WorkerTracing;

/// <summary>
/// The agent runs whose spans are being exported. Entries live as long as the spans that they are about. One for each exporter.
/// </summary>
internal sealed class AgentRuns
{
    /// <summary>The names of handoff targets are forgotten when there are this many.</summary>
    private const int MaxKnownTargets = 1000;

    private readonly ConditionalWeakTable<Activity, AgentRun> _runs = [];

    /// <summary>The handoff that waits for its second agent, by the span that both agents run in.</summary>
    private readonly ConditionalWeakTable<Activity, Handoff> _pending = [];

    /// <summary>Agent Framework numbers its handoff tools. Which agent is behind one shows when it takes over.</summary>
    private readonly ConcurrentDictionary<(string Agent, string Tool), string> _targets = new();

    public AgentRun Of(Activity agent) => _runs.GetOrCreateValue(agent);

    /// <summary>Notes that an agent ended by handing over to an agent whose span is not written yet.</summary>
    public void Announce(Handoff handoff)
    {
        if (ScopeOf(handoff.From) is { } scope)
            _pending.AddOrUpdate(scope, handoff);
    }

    /// <summary>Gets the handoff that began an agent's run; null where none did.</summary>
    public Handoff? ReceivedBy(Activity agent, string name)
    {
        AgentRun run = Of(agent);
        if (run.HandedOverBy is not null || ScopeOf(agent) is not { } scope)
            return run.HandedOverBy;
        if (!_pending.TryGetValue(scope, out Handoff? handoff) || handoff.At > agent.StartTimeUtc)
            return null;
        _pending.Remove(scope);
        run.HandedOverBy = handoff; // a span that is exported again says the same
        if (handoff.Tool is { } tool)
            Learn(handoff.FromName, tool, name);
        return handoff;
    }

    /// <summary>Gets the name of the agent behind a handoff tool, or the tool's name while the agent is unknown.</summary>
    public string TargetOf(string agent, string tool) =>
        _targets.TryGetValue((agent, tool), out string? target) ? target : HandoffTool.NameOf(tool);

    /// <summary>Looks for the agent that took over among the spans that leave with the first one's.</summary>
    public void LookAhead(Handoff handoff, ReadOnlySpan<Activity> following)
    {
        if (handoff.Tool is not { } tool || ScopeOf(handoff.From) is not { } scope)
            return;
        foreach (Activity span in following)
        {
            if (span.TraceId == handoff.From.TraceId && span.StartTimeUtc >= handoff.At
                && GenAIOperation.IsAgent(GenAIOperation.Of(span)) && ScopeOf(span) == scope)
            {
                Learn(handoff.FromName, tool, AgentData.NameOf(span));
                return;
            }
        }
    }

    private void Learn(string agent, string tool, string target)
    {
        if (_targets.Count >= MaxKnownTargets)
            _targets.Clear();
        _targets[(agent, tool)] = target;
    }

    /// <summary>Gets the span that agents which hand over to each other run in: above a workflow's steps.</summary>
    private static Activity? ScopeOf(Activity agent)
    {
        Activity? above = agent.Parent;
        while (above is not null && SpanTypes.IsWorkflowStep(above))
            above = above.Parent;
        return above?.TraceId == agent.TraceId ? above : null;
    }
}
