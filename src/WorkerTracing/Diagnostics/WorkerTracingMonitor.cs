using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// Reads the state of tracing in this process: the exporters with their queues and counts, and the jobs as they start and end.
/// </summary>
/// <remarks>
/// <c>AddWorkerTracing</c> registers it. All members are thread-safe and do not block. Nothing is kept where nothing subscribes: a job
/// then pays for one check.
/// </remarks>
public sealed class WorkerTracingMonitor
{
    private readonly JobTracer _tracer;
    private readonly TracerProvider _provider;

    internal WorkerTracingMonitor(JobTracer tracer, TracerProvider provider) => (_tracer, _provider) = (tracer, provider);

    /// <summary>
    /// Gets the state of each exporter of the application's TracerProvider that is behind a <see cref="BatchTraceProcessor"/>.
    /// </summary>
    /// <returns>The exporters, in the order in which they were added.</returns>
    public IReadOnlyList<ExporterStatus> GetExporters() =>
    [
        .. LiveProcessors.All
            .Where(processor => ReferenceEquals(processor.ParentProvider, _provider))
            .Select(static processor => processor.Pipeline.Status.Get()),
    ];

    /// <summary>Gets the state of each flight recorder of the application's TracerProvider.</summary>
    /// <returns>One for each directory; none without <c>AddFlightRecorder</c>.</returns>
    /// <remarks>Looks through the files for the oldest span: for a page that people look at, not for each job.</remarks>
    public IReadOnlyList<FlightRecorderStatus> GetRecorders() =>
    [
        .. LiveProcessors.All
            .Where(processor => ReferenceEquals(processor.Provider, _provider))
            .Select(static processor => processor.Pipeline.Recording)
            .OfType<SpanRecording>()
            .GroupBy(static recording => recording.Recorder)
            .Select(static recordings => StatusOf(
                recordings.Key,
                recordings.DistinctBy(static recording => recording.Name).Sum(static recording => recording.Channel.Unqueued))),
    ];

    private static FlightRecorderStatus StatusOf(FlightRecorder recorder, long backlog) => new()
    {
        Directory = recorder.Options.Directory,
        Bytes = recorder.Bytes,
        MaxBytes = recorder.Options.MaxBytes,
        Backlog = backlog,
        Oldest = recorder.Oldest,
        AbandonedJobs = recorder.Counts.AbandonedJobs,
        Unrecorded = new Dictionary<string, long>(recorder.Counts.Unrecorded),
        Expired = recorder.Counts.Expired,
        Damaged = recorder.Counts.Damaged,
        Failure = recorder.Failure,
    };

    /// <summary>Gets the delivery of a job's trace, as far as its exporters know it.</summary>
    /// <param name="job">A job that has started. Its trace includes the jobs that run inside it.</param>
    /// <returns>The counts since the trace's outermost span in this process began.</returns>
    public TraceDelivery GetDelivery(JobTrace job)
    {
        ArgumentNullException.ThrowIfNull(job);
        int exporters = 0;
        long exported = 0, lost = 0, slowest = long.MaxValue;
        string? error = null;
        for (SegmentDelivery? account = job.Segment?.Accounts; account is not null; account = account.Next)
        {
            if (!IsOwn(account.Pipeline))
                continue; // every TracerProvider of the process records the job
            exporters++;
            exported += account.Exported;
            lost += account.Lost;
            slowest = Math.Min(slowest, account.Exported);
            error ??= account.Pending > 0 || account.Lost > 0 ? account.Pipeline.Status.LastError?.Message : null;
        }

        return new TraceDelivery(exporters, exported, lost, exporters == 0 ? 0 : slowest, error);
    }

    /// <summary>Subscribes to the jobs of the application's <see cref="JobTracer"/>.</summary>
    /// <param name="observer">Receives each job that starts after the call.</param>
    /// <returns>Ends the subscription when it is disposed.</returns>
    public IDisposable Subscribe(IJobObserver observer)
    {
        ArgumentNullException.ThrowIfNull(observer);
        return _tracer.Observers.Add(observer);
    }

    private bool IsOwn(ExportPipeline pipeline) =>
        pipeline.Processor?.Provider is not { } provider || ReferenceEquals(provider, _provider);
}
