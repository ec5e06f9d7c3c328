using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// <c>TracerProvider.ForceFlush</c> for processors that are not ours. Its answer proves nothing and the call blocks, so one call at a time
/// runs on a thread of its own for all jobs that wait, each job joins the next call to begin, and the answer is never better than
/// unconfirmed.
/// </summary>
/// <remarks>
/// As with an exporter, waiting is bounded over all flushes: once one has waited in vain for its whole timeout, those that would wait no
/// longer than it are answered at once, until a call succeeds.
/// </remarks>
internal sealed class ProviderForceFlush(TracerProvider provider, TimeSpan timeout, ILogger log, TimeProvider time)
{
    private const string ForceFlush = "TracerProvider.ForceFlush";

    private readonly Lock _sync = new();
    private readonly FlushCircuitBreaker _breaker = new();
    private TaskCompletionSource? _next; // written under _sync: the call that has not begun yet
    private bool _running; // written under _sync

    /// <summary>Starts a call without waiting for it.</summary>
    public void Request() => Join(timeout);

    /// <summary>Waits for the end of a call. Blocks no thread.</summary>
    public async ValueTask<FlushResult> FlushAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Task? call = Join(wait);
        FlushStatus status = call is null ? FlushStatus.TimedOut : FlushStatus.Unconfirmed;
        try
        {
            if (call is not null)
                await call.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            status = FlushStatus.TimedOut;
            OnTimeout(wait, call!);
        }
        catch (OperationCanceledException)
        {
            status = FlushStatus.Canceled;
        }
        catch (OutOfMemoryException)
        {
            status = FlushStatus.TimedOut; // the timer needs a thread that the system does not have
        }

        return new FlushResult(status, 0, 0, time.GetElapsedTime(started));
    }

    /// <summary>Waits for the end of a call. Blocks the calling thread alone.</summary>
    public FlushResult Flush(TimeSpan wait)
    {
        long started = time.GetTimestamp();
        Task? call = Join(wait);
        bool isDone = call is not null && ((IAsyncResult)call).AsyncWaitHandle.WaitOne(wait);
        if (call is not null && !isDone)
            OnTimeout(wait, call);
        return new FlushResult(isDone ? FlushStatus.Unconfirmed : FlushStatus.TimedOut, 0, 0, time.GetElapsedTime(started));
    }

    /// <summary>A whole wait went by without an answer.</summary>
    private void OnTimeout(TimeSpan wait, Task call)
    {
        lock (_sync)
        {
            if (!call.IsCompleted)
                _breaker.OnTimeout(wait);
        }
    }

    /// <summary>Joins the next call, and starts the thread where none runs.</summary>
    /// <returns>Null where waiting is pointless: calls hang, or the system has no thread. The next job tries again.</returns>
    private Task? Join(TimeSpan wait)
    {
        lock (_sync)
        {
            bool isPointless = _breaker.IsOpenFor(wait);
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task call = _next.Task;
            if (!_running && !TryStart())
                return null;
            return isPointless ? null : call;
        }
    }

    private bool TryStart()
    {
        try
        {
            _running = true;
            new Thread(Run) { IsBackground = true, Name = $"WorkerTracing {ForceFlush}" }.UnsafeStart();
        }
        catch (Exception exception) when (exception is OutOfMemoryException or ThreadStartException)
        {
            _running = false;
        }

        return _running;
    }

    private void Run()
    {
        while (Begin() is { } call)
        {
            long started = time.GetTimestamp();
            bool isFlushed = Call();
            lock (_sync)
            {
                if (isFlushed)
                    _breaker.OnSuccess();
                else if (time.GetElapsedTime(started) >= timeout / 2)
                    _breaker.OnTimeout(timeout);
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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to processors that are not ours: a failed flush is an answer.")]
    private bool Call()
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
