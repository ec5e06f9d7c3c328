using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>The flush of a trace at the end of its outermost recorded job. It is made once, however often the end is called.</summary>
internal sealed class JobFlush
{
    private static readonly Task<FlushResult> Requested = Task.FromResult(new FlushResult(FlushStatus.Requested, 0, 0, TimeSpan.Zero));

    private readonly JobTracer _tracer;
    private readonly Activity _span;
    private readonly Dictionary<SegmentDelivery, DeliverySnapshot>? _before;
    private FlushMode _mode; // written by the thread that ends the job
    private Task<FlushResult>? _result; // Interlocked

    public JobFlush(JobTracer tracer, Activity span, FlushMode mode)
    {
        _tracer = tracer;
        _span = span;
        _mode = mode;
        Segment = TraceSegment.Begin(span);
        _before = Segment.Snapshots();
    }

    public static Task<FlushResult> NotRequested { get; } = Task.FromResult(new FlushResult(FlushStatus.NotRequested, 0, 0, TimeSpan.Zero));

    /// <summary>Gets the spans that the flush answers for.</summary>
    public TraceSegment Segment { get; }

    /// <summary>Gets the answer, or the default until there is one.</summary>
    public FlushResult Result => Volatile.Read(ref _result) is { IsCompleted: true } result ? result.GetAwaiter().GetResult() : default;

    /// <summary>Makes the flush, blocking the calling thread as the mode demands.</summary>
    public FlushResult Run()
    {
        if (Begin() is { } answer)
            Answer(answer);
        return _result!.GetAwaiter().GetResult();
    }

    /// <summary>Makes the flush without blocking a thread.</summary>
    public Task<FlushResult> RunAsync(CancellationToken cancellationToken)
    {
        if (Begin() is { } answer)
            _ = AnswerAsync(answer, cancellationToken);
        return _result!;
    }

    /// <summary>Makes the flush without waiting: <see cref="FlushMode.Wait"/> becomes <see cref="FlushMode.Background"/>.</summary>
    public void RunInBackground()
    {
        if (_mode == FlushMode.Wait)
            _mode = FlushMode.Background;
        Begin();
    }

    /// <summary>Makes no flush.</summary>
    public void Skip()
    {
        if (Volatile.Read(ref _result) is null)
            _mode = FlushMode.None;
        Begin();
    }

    /// <summary>Decides on the result, once.</summary>
    /// <returns>The source to complete with the answer of a flush to wait for; null where there is nothing to wait for.</returns>
    private TaskCompletionSource<FlushResult>? Begin()
    {
        if (Volatile.Read(ref _result) is not null)
            return null;
        TaskCompletionSource<FlushResult>? answer =
            _mode == FlushMode.Wait ? new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        Task<FlushResult> result = answer?.Task ?? (_mode == FlushMode.Background ? InBackground() : NotRequested);
        if (Interlocked.CompareExchange(ref _result, result, null) is not null)
            return null;
        if (_mode == FlushMode.Background)
            Request();
        if (answer is null)
            RunningJobs.Remove(_span);
        else if (!Segment.IsRootEnded)
            Segment.FlushWhenRootEnds();
        return answer;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's end: a flush that fails is not the job's failure.")]
    private Task<FlushResult> InBackground()
    {
        try
        {
            return _tracer.Flusher.FindStored(Segment, _before) is { } stored ? Task.FromResult(stored) : Requested;
        }
        catch (Exception exception)
        {
            _tracer.ReportFailure("Flush", exception);
            return Requested;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's end: a flush that fails is not the job's failure.")]
    private void Request()
    {
        try
        {
            _tracer.Flusher.Request(Segment);
        }
        catch (Exception exception)
        {
            _tracer.ReportFailure("Flush", exception);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's end: whatever fails, the caller has an answer.")]
    private void Answer(TaskCompletionSource<FlushResult> answer)
    {
        try
        {
            Conclude(answer, _tracer.Flusher.Flush(Segment, _before, _tracer.Options.FlushTimeout));
        }
        catch (Exception exception)
        {
            ConcludeFailed(answer, exception);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The boundary of a job's end: whatever fails, the caller has an answer.")]
    private async Task AnswerAsync(TaskCompletionSource<FlushResult> answer, CancellationToken cancellationToken)
    {
        try
        {
            Conclude(
                answer,
                await _tracer.Flusher.FlushAsync(Segment, _before, _tracer.Options.FlushTimeout, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            ConcludeFailed(answer, exception);
        }
    }

    /// <summary>Ends the registration of the job. Its spans that are still queued find the segment through their parents.</summary>
    private void Conclude(TaskCompletionSource<FlushResult> answer, FlushResult result)
    {
        RunningJobs.Remove(_span);
        answer.TrySetResult(result);
    }

    /// <summary>The spans are queued and leave with a later export; nothing confirms that here.</summary>
    private void ConcludeFailed(TaskCompletionSource<FlushResult> answer, Exception exception)
    {
        _tracer.ReportFailure("Flush", exception);
        Conclude(answer, new FlushResult(FlushStatus.Unconfirmed, 0, 0, TimeSpan.Zero));
    }
}
