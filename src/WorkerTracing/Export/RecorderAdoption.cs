using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace WorkerTracing;

/// <summary>
/// Takes over, in the background, what processes that have ended left in the directory of a recorder: at the start, and then each minute.
/// </summary>
/// <remarks>
/// A record whose exporter this process does not have counts as done. So the first look is made when the provider of the processor has been
/// built, and all exporters with it.
/// </remarks>
internal sealed class RecorderAdoption : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);

    private readonly FlightRecorder _recorder;
    private readonly BatchTraceProcessor _processor;
    private readonly ILogger _log;
    private readonly ITimer? _timer;
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isLooking; // Interlocked

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to the clock's timers: without one, what is left stays on disk.")]
    public RecorderAdoption(FlightRecorder recorder, BatchTraceProcessor processor, ILogger log, TimeProvider time)
    {
        (_recorder, _processor, _log) = (recorder, processor, log);
        try
        {
            using AsyncFlowControl? flow = ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
            _timer = time.CreateTimer(static state => ((RecorderAdoption)state!).Look(), this, FirstLook, FirstLook);
        }
        catch (Exception exception)
        {
            Log.TracingThrew(log, nameof(RecorderAdoption), exception);
            _firstLook.SetResult();
        }
    }

    /// <summary>Looks at once: the provider has been built. Does not block.</summary>
    /// <returns>Completes when the first look is over: the jobs of processes that ended before it are known.</returns>
    public Task LookNowAsync()
    {
        _timer?.Change(TimeSpan.Zero, Interval);
        return _firstLook.Task;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _firstLook.TrySetResult();
    }

    [SuppressMessage("Design", "CA1031", Justification = "The outermost boundary of a timer: whatever fails, the next look follows.")]
    private void Look()
    {
        if (_processor.Provider is null || Interlocked.Exchange(ref _isLooking, 1) != 0)
            return;
        try
        {
            _timer?.Change(Interval, Interval);
            foreach (AbandonedJob job in _recorder.Adopt())
                Report(job);
            foreach (BatchTraceProcessor processor in LiveProcessors.All)
            {
                if (ReferenceEquals(processor.Pipeline.Recording?.Recorder, _recorder))
                    processor.Pipeline.OnRecordsFound();
            }
        }
        catch (Exception exception)
        {
            Log.TracingThrew(_log, nameof(RecorderAdoption), exception);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
            _firstLook.TrySetResult();
        }
    }

    private void Report(AbandonedJob job)
    {
        AbandonedJobs.OnFound();
        Telemetry.AbandonJob(RunningJobKey.Parse(job.Key));
        Log.JobAbandoned(_log, job.Name, job.Started, job.LastAlive, job.Context.TraceId.ToString());
    }
}
