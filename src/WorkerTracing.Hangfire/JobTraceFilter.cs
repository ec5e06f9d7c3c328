using System.Diagnostics.CodeAnalysis;
using System.Diagnostics;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;

namespace WorkerTracing;

/// <summary>
/// Gives every performed job one trace: stores who created it with the job, and begins and ends the job's span around each attempt.
/// </summary>
/// <remarks>
/// <para>
/// Add it to <see cref="GlobalJobFilters.Filters"/> once per process, or let
/// <see cref="HangfireWorkerTracingExtensions.UseWorkerTracing"/> do so; a job that several of these filters see is traced by the first
/// that takes it. It is the outermost filter wherever it is added, so the span encloses all other server filters.
/// </para>
/// <para>
/// Its methods run on the thread that creates the job and on the worker's own. <see cref="FlushMode.Wait"/> blocks that worker alone, in
/// <see cref="OnPerformed"/>, after the span has ended. Nothing is thrown into Hangfire: what fails is logged by the tracer, and counted.
/// </para>
/// </remarks>
public sealed class JobTraceFilter : IJobFilter, IClientFilter, IServerFilter, IApplyStateFilter
{
    private readonly JobTracer _tracer;
    private readonly Func<JobStorage?>? _findStorage;
    private JobStorage? _storage;

    /// <summary>Traces the jobs of every storage, save those that another filter was made for.</summary>
    /// <param name="tracer">What begins the traces.</param>
    public JobTraceFilter(JobTracer tracer)
    {
        ArgumentNullException.ThrowIfNull(tracer);
        _tracer = tracer;
    }

    /// <summary>For processes with several tracers: traces the jobs of one storage rather than leave them to another filter.</summary>
    /// <param name="tracer">What begins the traces.</param>
    /// <param name="storage">The storage whose jobs are this filter's.</param>
    public JobTraceFilter(JobTracer tracer, JobStorage storage)
        : this(tracer)
    {
        ArgumentNullException.ThrowIfNull(storage);
        _storage = storage;
    }

    /// <summary>As above, for a storage that does not exist before the filter does.</summary>
    internal JobTraceFilter(JobTracer tracer, Func<JobStorage?> findStorage)
        : this(tracer) => _findStorage = findStorage;

    /// <summary>True: two hosts in one process have a filter each. A job is traced once all the same.</summary>
    public bool AllowMultiple => true;

    /// <summary>The lowest there is, which makes this filter the outermost.</summary>
    public int Order => int.MinValue;

    internal JobTracer Tracer => _tracer;

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
                // A host that was disposed before it ran a job: it has none, and other hosts' filters ask for it all the same.
                return null;
            }
        }
    }

    /// <summary>Stores the current trace context with the job that is being created.</summary>
    /// <param name="context">Hangfire's context.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception in the filter must not fail the job; it is counted and logged.")]
    public void OnCreating(CreatingContext context)
    {
        try
        {
            if (_tracer.IsEnabled && IsMine(context.Storage) && !context.Parameters.ContainsKey(JobParameter.Origin)
                && StoredOrigin.Of(context).Format() is { } origin)
                context.SetJobParameter(JobParameter.Origin, origin);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    /// <summary>Does nothing.</summary>
    /// <param name="context">Hangfire's context.</param>
    public void OnCreated(CreatedContext context)
    {
    }

    /// <summary>Begins the job's span.</summary>
    /// <param name="context">Hangfire's context.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception in the filter must not fail the job; it is counted and logged.")]
    public void OnPerforming(PerformingContext context)
    {
        Activity? ambient = Activity.Current;
        try
        {
            if (_tracer.IsEnabled && !AttemptTrace.IsTraced(context) && IsMine(context.Storage))
                AttemptTrace.Begin(this, context);
        }
        catch (Exception exception)
        {
            Activity.Current = ambient;
            Report(exception);
        }
    }

    /// <summary>Ends the job's span and, where asked, waits until it has been delivered.</summary>
    /// <param name="context">Hangfire's context.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception in the filter must not fail the job; it is counted and logged.")]
    public void OnPerformed(PerformedContext context)
    {
        try
        {
            AttemptTrace.Take(this, context)?.End(context);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    /// <summary>
    /// Remembers what a later attempt cannot see otherwise: when the job was due, its queue, and the worker that took it.
    /// </summary>
    /// <param name="context">Hangfire's context.</param>
    /// <param name="transaction">The transaction that changes the job's state.</param>
    [SuppressMessage("Design", "CA1031", Justification = "An exception in the filter must not fail the job; it is counted and logged.")]
    void IApplyStateFilter.OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        try
        {
            if (_tracer.IsEnabled && IsMine(context.Storage))
                StateChange.Applied(context, transaction);
        }
        catch (Exception exception)
        {
            Report(exception);
        }
    }

    void IApplyStateFilter.OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
    }

    /// <summary>Notes a failure that is kept from the job.</summary>
    internal void Report(Exception exception) => _tracer.ReportFailure("Hangfire", exception);

    /// <summary>The global filters are one list for the whole process: another host's jobs are left to its own filter.</summary>
    private bool IsMine(JobStorage? storage)
    {
        if (storage is null || ReferenceEquals(storage, _storage))
            return true;

        // Nothing is asked for its storage where there is no choice: a job may be created in the very configuration that the storage's
        // service waits for.
        foreach (JobTraceFilter other in InGlobalFilters())
        {
            if (other != this && !ReferenceEquals(storage, Storage) && ReferenceEquals(storage, other.Storage))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The filters of this kind in Hangfire's global list. A copy, made as Hangfire makes its own: another host may change the list at any
    /// time, and an enumeration
    /// of the list itself would throw then.
    /// </summary>
    internal static IEnumerable<JobTraceFilter> InGlobalFilters() =>
        ((IJobFilterProvider)GlobalJobFilters.Filters).GetFilters(null).ToArray().Select(static filter => filter.Instance)
            .OfType<JobTraceFilter>();
}
