using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// <c>TracerProvider.ForceFlush</c> for processors that are not ours: they can be asked, not believed, and asking blocks. So one call at a
/// time runs on a thread of its own for
/// all jobs that wait, each job joins the next call to begin, and the answer is never better than unconfirmed.
/// </summary>
/// <remarks>
/// As with an exporter, waiting is bounded over all flushes: once one has waited for its whole timeout, those that would wait no longer are
/// told at once, until a call succeeds.
/// </remarks>
internal sealed class ProviderForceFlush(TracerProvider provider, TimeSpan timeout, ILogger log, TimeProvider time)
{
    private const string ForceFlush = "TracerProvider.ForceFlush";

    private readonly Lock _sync = new();
    private TaskCompletionSource? _next;
    private TimeSpan _outlasted;
    private bool _running;

    public void Request() => Join(out _);

    public async ValueTask<FlushResult> FlushAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Task call = Join(out TimeSpan outlasted);
        FlushStatus status = FlushStatus.Unconfirmed;
        try
        {
            await call.WaitAsync(Worthwhile(wait, outlasted), time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            status = FlushStatus.TimedOut;
            Outlast(wait, call);
        }
        catch (OperationCanceledException)
        {
            status = FlushStatus.Canceled;
        }

        return new FlushResult(status, 0, 0, time.GetElapsedTime(started));
    }

    public FlushResult Flush(TimeSpan wait)
    {
        long started = time.GetTimestamp();
        Task call = Join(out TimeSpan outlasted);
        bool done = ((IAsyncResult)call).AsyncWaitHandle.WaitOne(Worthwhile(wait, outlasted));
        if (!done)
            Outlast(wait, call);
        return new FlushResult(done ? FlushStatus.Unconfirmed : FlushStatus.TimedOut, 0, 0, time.GetElapsedTime(started));
    }

    private static TimeSpan Worthwhile(TimeSpan wait, TimeSpan outlasted) =>
        wait == Timeout.InfiniteTimeSpan || wait > outlasted ? wait : TimeSpan.Zero;

    /// <summary>A whole wait went by without an answer.</summary>
    private void Outlast(TimeSpan wait, Task call)
    {
        lock (_sync)
        {
            if (wait > _outlasted && !call.IsCompleted)
                _outlasted = wait;
        }
    }

    private Task Join(out TimeSpan outlasted)
    {
        lock (_sync)
        {
            outlasted = _outlasted;
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_running)
            {
                _running = true;
                new Thread(Run) { IsBackground = true, Name = $"WorkerTracing {ForceFlush}" }.UnsafeStart();
            }

            return _next.Task;
        }
    }

    private void Run()
    {
        while (Begin() is { } call)
        {
            long started = time.GetTimestamp();
            bool succeeded = Ask();
            lock (_sync)
            {
                if (succeeded)
                    _outlasted = TimeSpan.Zero;
                else if (time.GetElapsedTime(started) >= timeout / 2)
                    Outlast(timeout, call.Task);
                call.SetResult();
            }
        }
    }

    private TaskCompletionSource? Begin()
    {
        lock (_sync)
        {
            TaskCompletionSource? call = _next;
            _next = null;
            _running = call is not null;
            return call;
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "The boundary to processors that are not ours: what they throw is not the job's problem.")]
    private bool Ask()
    {
        try
        {
            return provider.ForceFlush(timeout == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)timeout.TotalMilliseconds);
        }
        catch (Exception exception)
        {
            Telemetry.FailCallback(ForceFlush);
            Log.TracingThrew(log, ForceFlush, exception);
            return false;
        }
    }
}
