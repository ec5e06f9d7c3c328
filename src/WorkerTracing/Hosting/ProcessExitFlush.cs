using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Loader;

namespace WorkerTracing;

/// <summary>
/// Makes a last flush when the process exits, or dies of an unhandled exception, without a shutdown of the host: the spans that wait for an
/// export would be lost.
/// </summary>
internal static class ProcessExitFlush
{
    /// <summary>All flushes of one exit take this long at most.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(2);

    private static readonly Lock Sync = new();
    private static ImmutableArray<WeakReference<JobTracer>> _tracers = []; // written under Sync
    private static bool _isRegistered; // written under Sync
    private static TimeSpan _spent; // written by the one thread that runs the exit handlers

    /// <summary>Adds a tracer whose provider is flushed. The tracer is not kept in memory.</summary>
    public static void Add(JobTracer tracer)
    {
        lock (Sync)
        {
            _tracers = [.. _tracers.Where(static known => known.TryGetTarget(out _)), new WeakReference<JobTracer>(tracer)];
            if (_isRegistered)
                return;
            _isRegistered = true;

            // Unloading comes before ProcessExit, and so before handlers of the application that end the process themselves. ProcessExit
            // takes the spans that such handlers have ended.
            AssemblyLoadContext.Default.Unloading += static _ => FlushAll();
            AppDomain.CurrentDomain.ProcessExit += static (_, _) => FlushAll();
            AppDomain.CurrentDomain.UnhandledException += static (_, exception) =>
            {
                if (exception.IsTerminating)
                    FlushAll();
            };
        }
    }

    /// <summary>Returns true if the tracer's provider is flushed at the exit of the process.</summary>
    public static bool Includes(JobTracer tracer) =>
        _tracers.Any(known => known.TryGetTarget(out JobTracer? target) && ReferenceEquals(target, tracer));

    /// <summary>Flushes the provider of a tracer, and logs what is left.</summary>
    /// <param name="tracer">The tracer.</param>
    /// <param name="timeout">How long to block at most.</param>
    [SuppressMessage("Design", "CA1031", Justification = "The boundary of the process's end: nothing may hide the reason of the exit.")]
    public static void Flush(JobTracer tracer, TimeSpan timeout)
    {
        try
        {
            BatchTraceProcessor[] processors = [.. LiveProcessors.All.Where(processor =>
                processor.Provider is not { } owner || ReferenceEquals(owner, tracer.Provider))];
            if (processors.Length == 0)
                return; // the provider was shut down, and has sent what it had
            FlushResult result = tracer.Flusher.Flush(timeout);
            int left = processors.Sum(static processor => processor.Pipeline.Waiting);
            if (result.Status != FlushStatus.Stored && (left > 0 || result.Lost > 0))
                tracer.LogExit(result, left);
        }
        catch (Exception exception)
        {
            tracer.ReportFailure("ProcessExit", exception);
        }
    }

    private static void FlushAll()
    {
        foreach (WeakReference<JobTracer> known in _tracers)
        {
            if (_spent >= MaxDuration || !known.TryGetTarget(out JobTracer? tracer))
                continue;
            long started = TimeProvider.System.GetTimestamp();
            Flush(tracer, MaxDuration - _spent);
            _spent += TimeProvider.System.GetElapsedTime(started);
        }
    }
}
