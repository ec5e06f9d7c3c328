using System.Diagnostics;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

// Start here. Hangfire calls this filter at six points of a job's life:
//
//   OnCreating        a job is created         its creator's span is stored with it               Storage/StoredJob.cs
//   OnStateElection   a job cannot be loaded   it gets an error span; no server filter will run   Attempts/LoadFailure.cs
//   OnStateApplied    it is to be performed    the span starts and is stored, where that costs    Attempts/PreparedAttempt.cs
//                                              no round trip
//   OnPerforming      an attempt begins        the stored value becomes a JobInfo, and a span     Attempts/AttemptTrace.cs,
//                                              that is stored                                     HangfireJobInfo.cs
//   OnPerformed       the attempt ends         the span ends, and the flush follows               Attempts/AttemptTrace.cs
//   OnStateApplied    its state changes        due time, queue and number of the next attempt     Storage/StateChange.cs
//                                              are stored
//
// Everything that outlives a call is in one job parameter (Storage/JobParameter.cs).

/// <summary>
/// Gives each attempt at a job one span: stores with a job who created it, and starts and ends the span around each attempt.
/// </summary>
/// <remarks>
/// <para>
/// Add it to <see cref="GlobalJobFilters.Filters"/> once per process, or call
/// <see cref="HangfireWorkerTracingExtensions.UseWorkerTracing"/>. A job that several of these filters see is traced by one of them. The
/// filter is the outermost one wherever it is added, so the span encloses all other server filters.
/// </para>
/// <para>
/// Its methods run on the thread that creates the job and on the worker's own. <see cref="FlushMode.Wait"/> blocks that worker alone, in
/// <see cref="OnPerformed"/>, after the span has ended. The methods never throw: a failure is logged by the tracer, and counted.
/// </para>
/// </remarks>
public sealed class JobTraceFilter : IJobFilter, IClientFilter, IServerFilter, IElectStateFilter, IApplyStateFilter
{
    private readonly Func<JobStorage?>? _findStorage;
    private JobStorage? _storage;

    /// <summary>Traces the jobs of every storage, except those that another filter was made for.</summary>
    /// <param name="tracer">Starts the traces.</param>
    public JobTraceFilter(JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(tracer);
        Tracer = tracer;
        Boundary = new FailureBoundary(tracer, "Hangfire");
        tracer.ReportAttached("Hangfire");
    }

    /// <summary>Traces the jobs of one storage. For processes with several tracers.</summary>
    /// <param name="tracer">Starts the traces.</param>
    /// <param name="storage">The storage whose jobs this filter traces.</param>
    public JobTraceFilter(JobTracer tracer, JobStorage storage)
        : this(tracer)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _storage = storage;
    }

    /// <summary>Traces the jobs of one storage that is created after the filter.</summary>
    internal JobTraceFilter(JobTracer tracer, Func<JobStorage?> findStorage)
        : this(tracer) => _findStorage = findStorage;

    /// <summary>Returns true: two hosts in one process have a filter each. A job is traced once all the same.</summary>
    public bool AllowMultiple => true;

    /// <summary>Returns the lowest order, which makes this filter the outermost.</summary>
    public int Order => int.MinValue;

    internal JobTracer Tracer { get; }

    internal FailureBoundary Boundary { get; }

    private JobStorage? Storage
    {
        get
        {
            try
            {
                return _storage ??= _findStorage?.Invoke();
            }
            catch (ObjectDisposedException)
            {
                // The host was disposed before it ran a job, so none is its own. Other hosts' filters ask for its storage all the same.
                return null;
            }
        }
    }

    /// <summary>Stores the current trace context with the job that is being created.</summary>
    /// <param name="context">Hangfire's context.</param>
    public void OnCreating(CreatingContext context) => Boundary.Run((this, context), static call =>
    {
        (JobTraceFilter filter, CreatingContext context) = call;
        if (filter.Traces(context.Storage) && !context.Parameters.ContainsKey(JobParameter.Job))
            context.SetJobParameter(JobParameter.Job, StoredJob.From(context, filter.Boundary).Format());
    });

    /// <summary>Does nothing.</summary>
    /// <param name="context">Hangfire's context.</param>
    public void OnCreated(CreatedContext context)
    {
    }

    /// <summary>Starts the job's span.</summary>
    /// <param name="context">Hangfire's context.</param>
    public void OnPerforming(PerformingContext context)
    {
        Activity? ambient = Activity.Current;
        bool completed = Boundary.Run((this, context), static call =>
        {
            (JobTraceFilter filter, PerformingContext context) = call;
            if (!AttemptTrace.IsTraced(context) && filter.Traces(context.Storage))
                AttemptTrace.Begin(filter, context);
        });
        if (!completed)
            Activity.Current = ambient;
    }

    /// <summary>Ends the job's span and, where asked, waits until it has been delivered.</summary>
    /// <param name="context">Hangfire's context.</param>
    public void OnPerformed(PerformedContext context) =>
        Boundary.Run((this, context), static call => AttemptTrace.Take(call.Item1, call.context)?.End(call.context));

    /// <summary>Makes the error span of a job that cannot be loaded.</summary>
    void IElectStateFilter.OnStateElection(ElectStateContext context)
    {
        if (context.BackgroundJob.Job is not null)
            return;

        Boundary.Run((this, context), static call =>
        {
            (JobTraceFilter filter, ElectStateContext context) = call;
            if (filter.Traces(context.Storage))
                LoadFailure.Trace(filter, context);
        });
    }

    /// <summary>
    /// Prepares the attempt that follows a change to Processing. Stores with other changes what the next attempt cannot find out by itself:
    /// when it is due, its queue, and the attempt before.
    /// </summary>
    void IApplyStateFilter.OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction) =>
        Boundary.Run((this, context, transaction), static call =>
        {
            (JobTraceFilter filter, ApplyStateContext context, IWriteOnlyTransaction transaction) = call;
            if (filter.Traces(context.Storage))
                StateChange.Applied(filter, context, transaction);
        });

    void IApplyStateFilter.OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    /// <summary>
    /// Gets the filters of this type among Hangfire's global filters. Copies the list in the way that Hangfire itself copies it: another
    /// host can change the list at any time, which would end an enumeration of the list itself with an exception.
    /// </summary>
    internal static IEnumerable<JobTraceFilter> InGlobalFilters() =>
        ((IJobFilterProvider)GlobalJobFilters.Filters).GetFilters(null).ToArray().Select(static filter => filter.Instance)
            .OfType<JobTraceFilter>();

    /// <summary>
    /// Returns true if tracing is on and the storage's jobs are not another filter's: the global filters are one list for the whole
    /// process.
    /// </summary>
    private bool Traces(JobStorage? storage)
    {
        if (!Tracer.IsEnabled)
            return false;
        if (storage is null || ReferenceEquals(storage, _storage))
            return true;

        // A lone filter never resolves its storage: a job can be created in the configuration that the storage's service waits for.
        foreach (JobTraceFilter other in InGlobalFilters())
        {
            if (other != this && !ReferenceEquals(storage, Storage) && ReferenceEquals(storage, other.Storage))
                return false;
        }

        return true;
    }
}
