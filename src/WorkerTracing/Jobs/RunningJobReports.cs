using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace WorkerTracing;

/// <summary>
/// Reports each recorded job that runs for longer than <see cref="WorkerTracingOptions.ReportRunningAfter"/>, while it runs. One timer
/// serves all jobs of a tracer, and it is set only while a recorded job runs.
/// </summary>
/// <remarks>
/// A job joins a linked list at its start and leaves it at its end. The list has weak references, and its nodes are used again, so that a
/// short job costs two short locks and no memory. A job that stays longer moves to a list of its own.
/// </remarks>
internal sealed class RunningJobReports(JobTracer tracer)
{
    private const int MaxSpareNodes = 1024;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <summary>The nodes of jobs that were collected without an end are removed at least this often.</summary>
    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(30);

    private readonly Lock _sync = new(); // guards all fields, the nodes, and RunningNode of the jobs
    private readonly List<LongRunningJob> _long = [];
    private readonly Stack<RunningJobNode> _spare = new();
    private RunningJobNode? _first;
    private RunningJobNode? _last;
    private ITimer? _timer;
    private bool _isSet;

    private TimeSpan After => tracer.Options.ReportRunningAfter;

    /// <summary>A recorded job has started.</summary>
    public void Add(JobTrace job)
    {
        if (After == Timeout.InfiniteTimeSpan)
            return;
        lock (_sync)
        {
            RunningJobNode node = _spare.TryPop(out RunningJobNode? spare) ? spare : new RunningJobNode();
            node.Job.SetTarget(job);
            job.RunningNode = node;
            node.Before = _last;
            if (_last is null)
                _first = node;
            else
                _last.After = node;
            _last = node;
            if (!_isSet)
                Set(After < LongestSweep ? After : LongestSweep);
        }
    }

    /// <summary>A job ends.</summary>
    public void Remove(JobTrace job)
    {
        if (After == Timeout.InfiniteTimeSpan)
            return;
        lock (_sync)
        {
            if (job.RunningNode is { } node)
                Unlink(node);
            job.RunningNode = null;
        }
    }

    private void Unlink(RunningJobNode node)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        if (node.Before is { } before)
            before.After = node.After;
        else
            _first = node.After;
        if (node.After is { } after)
            after.Before = node.Before;
        else
            _last = node.Before;
        node.Before = node.After = null;
        node.Job.SetTarget(null);
        if (_spare.Count < MaxSpareNodes)
            _spare.Push(node);
    }

    private void Set(TimeSpan due)
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        if (_timer is null)
        {
            // The flow of the job that happens to start the timer must not be ambient in it.
            using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
            _timer = tracer.Time.CreateTimer(static state => ((RunningJobReports)state!).OnTimer(), this, due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }

        _isSet = true;
    }

    [SuppressMessage("Design", "CA1031", Justification = "The timer's thread has no other boundary; the exception is counted and logged.")]
    private void OnTimer()
    {
        try
        {
            foreach (JobTrace job in TakeDue())
                Report(job);
        }
        catch (Exception exception)
        {
            tracer.ReportFailure(nameof(RunningJobReports), exception);
        }
    }

    /// <summary>Takes the jobs that are due for a report, and sets the timer for the next one.</summary>
    private List<JobTrace> TakeDue()
    {
        List<JobTrace> due = [];
        lock (_sync)
        {
            _isSet = false;
            TimeSpan next = TakeLongRunning();
            for (int i = _long.Count - 1; i >= 0; i--)
            {
                if (!_long[i].TryGet(out JobTrace? job))
                {
                    _long.RemoveAt(i);
                    continue;
                }

                if (_long[i].TakeDue(job, LongestInterval))
                    due.Add(job);
                if (_long[i].Due != Timeout.InfiniteTimeSpan)
                    next = Earlier(next, _long[i].Due - job.RunningFor);
            }

            if (next != Timeout.InfiniteTimeSpan)
                Set(next > TimeSpan.Zero ? next : TimeSpan.FromMilliseconds(1));
        }

        return due;
    }

    /// <summary>Moves the jobs that have run for long to the list of their own, and removes jobs that were collected.</summary>
    /// <returns>The time to the next look at the list; infinite where it is empty.</returns>
    private TimeSpan TakeLongRunning()
    {
        Debug.Assert(_sync.IsHeldByCurrentThread);
        TimeSpan next = Timeout.InfiniteTimeSpan;
        RunningJobNode? following;
        for (RunningJobNode? node = _first; node is not null; node = following)
        {
            following = node.After;
            if (!node.Job.TryGetTarget(out JobTrace? job))
            {
                Unlink(node);
            }
            else if (job.RunningFor >= After)
            {
                job.RunningNode = null;
                Unlink(node);
                _long.Add(new LongRunningJob(job, After, tracer.Options.ReportRunningEvery));
            }
            else
            {
                TimeSpan left = After - job.RunningFor;
                next = Earlier(next, left < LongestSweep ? left : LongestSweep);
            }
        }

        return next;
    }

    private static TimeSpan Earlier(TimeSpan one, TimeSpan other) =>
        one == Timeout.InfiniteTimeSpan || other < one ? other : one;

    /// <summary>
    /// Adds a zero-length span to the job's trace. It has an id of its own, since viewers show a span that arrives twice twice. It belongs to
    /// no flush.
    /// </summary>
    [SuppressMessage("Design", "CA1031", Justification = "Samplers, listeners and processors are foreign code. The failure is counted.")]
    private void Report(JobTrace job)
    {
        try
        {
            Activity.Current = null;
            using Activity? span = tracer.Source.StartActivity(
                $"{job.Activity!.DisplayName} running", ActivityKind.Internal, job.Activity.Context, RunningJobAttributes.Of(job));
            if (span is null)
                return;
            span.SetCustomProperty(nameof(JobTrace), job);
            TraceSegment.LeaveOut(span);
            span.SetEndTime(span.StartTimeUtc);
            span.Stop();
            tracer.Flusher.RequestExport();
        }
        catch (Exception exception)
        {
            tracer.ReportFailure(nameof(RunningJobReports), exception);
        }
    }
}
