using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>Another filter, with any order, that does what the test says.</summary>
internal sealed class Probe(int order = JobFilter.DefaultOrder) : IJobFilter, IServerFilter, IElectStateFilter, IApplyStateFilter
{
    public bool AllowMultiple => true;

    public int Order { get; } = order;

    public Action<PerformingContext> Performing { get; init; } = static _ => { };

    public Action<PerformedContext> Performed { get; init; } = static _ => { };

    public Action<ElectStateContext> Electing { get; init; } = static _ => { };

    public Action<ApplyStateContext> Applied { get; init; } = static _ => { };

    public void OnPerforming(PerformingContext context) => Performing(context);

    public void OnPerformed(PerformedContext context) => Performed(context);

    public void OnStateElection(ElectStateContext context) => Electing(context);

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) => Applied(context);

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }
}
