using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing.Hangfire.Tests;

/// <summary>Stands in front of a filter, and counts what it costs.</summary>
internal sealed class MeteredFilter(JobTraceFilter filter, StatementCounter counter)
    : IJobFilter, IClientFilter, IServerFilter, IElectStateFilter, IApplyStateFilter
{
    public bool AllowMultiple => filter.AllowMultiple;

    public int Order => filter.Order;

    public void OnCreating(CreatingContext context) => counter.Count(creating: true, () => filter.OnCreating(context));

    public void OnCreated(CreatedContext context) => counter.Count(creating: true, () => filter.OnCreated(context));

    public void OnPerforming(PerformingContext context) => counter.Count(creating: false, () => filter.OnPerforming(context));

    public void OnPerformed(PerformedContext context) => counter.Count(creating: false, () => filter.OnPerformed(context));

    public void OnStateElection(ElectStateContext context) =>
        counter.Count(context.CurrentState is null, () => ((IElectStateFilter)filter).OnStateElection(context));

    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
        counter.Count(context.OldStateName is null, () => ((IApplyStateFilter)filter).OnStateApplied(context, transaction));

    public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
        counter.Count(context.OldStateName is null, () => ((IApplyStateFilter)filter).OnStateUnapplied(context, transaction));
}
