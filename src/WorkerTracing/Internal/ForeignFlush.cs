using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace WorkerTracing;

/// <summary>
/// <c>TracerProvider.ForceFlush</c> for processors that are not ours: they can be asked, not believed, and asking blocks. So one call at a time runs on a thread of its own for
/// all jobs that wait, each job joins the next call to begin, and the answer is never better than unconfirmed.
/// </summary>
internal sealed class ForeignFlush(TracerProvider provider, TimeSpan timeout, ILogger log, TimeProvider time)
{
    private readonly Lock _sync = new();
    private TaskCompletionSource? _next;
    private bool _running;

    public void Request() => Join();

    public async ValueTask<FlushResult> FlushAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        Task call = Join();
        FlushStatus status = FlushStatus.Unconfirmed;
        try
        {
            await call.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            status = FlushStatus.TimedOut;
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
        bool done = ((IAsyncResult)Join()).AsyncWaitHandle.WaitOne(wait);
        return new FlushResult(done ? FlushStatus.Unconfirmed : FlushStatus.TimedOut, 0, 0, time.GetElapsedTime(started));
    }

    private Task Join()
    {
        lock (_sync)
        {
            _next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_running)
            {
                _running = true;
                new Thread(Run) { IsBackground = true, Name = "WorkerTracing TracerProvider.ForceFlush" }.UnsafeStart();
            }

            return _next.Task;
        }
    }

    private void Run()
    {
        while (Begin() is { } call)
        {
            Ask();
            call.SetResult();
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

    [SuppressMessage("Design", "CA1031", Justification = "The boundary to processors that are not ours: what they throw is not the job's problem.")]
    private void Ask()
    {
        try
        {
            provider.ForceFlush(timeout == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)timeout.TotalMilliseconds);
        }
        catch (Exception exception)
        {
            Log.TracingThrew(log, "TracerProvider.ForceFlush", exception);
        }
    }
}
