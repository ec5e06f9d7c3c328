using System.Diagnostics;

namespace WorkerTracing;

/// <summary>
/// The part of a trace that this process records below one topmost span. A flush answers for a segment. It is a custom property of that
/// span and of the job's own: a span finds it through its parents, and it lives no longer than they do.
/// </summary>
/// <remarks>
/// A span that was started from a parsed context has no parent object. Its segment is looked up in <see cref="RunningJobs"/>.
/// </remarks>
internal sealed class TraceSegment
{
    private const string Property = "WorkerTracing.TraceSegment";

    /// <summary>The longest way from a span up to a marked one, once the first span has gone it.</summary>
    private const int MaxSteps = 32;

    private static readonly TraceSegment SuppressedTrace = new(null);

    /// <summary>Marks spans that no flush answers for.</summary>
    private static readonly TraceSegment NoSegment = new(null);

    /// <summary>Whether this process has ever begun a job. Until then, no span has a segment.</summary>
    private static bool Any;

    private readonly Activity? _root;
    private SegmentDelivery? _accounts;
    private volatile bool _flushWhenRootEnds;
    private RunningJobs? _jobs; // written by Begin, before another thread sees the job

    private TraceSegment(Activity? root) => _root = root;

    /// <summary>Gets whether this is the segment of all jobs that <see cref="WorkerTracingOptions.Filter"/> refused.</summary>
    public bool IsSuppressed => ReferenceEquals(this, SuppressedTrace);

    /// <summary>Gets whether the topmost span has ended: no span above the job is still to come.</summary>
    public bool IsRootEnded => _root is not { IsStopped: false };

    /// <summary>Gets the counts of the pipelines that have had a span of the segment: a linked list.</summary>
    public SegmentDelivery? Accounts => Volatile.Read(ref _accounts);

    /// <summary>
    /// Gets the segment of spans that can belong to this segment's jobs or to others of the same trace; null where there are none. A flush
    /// answers for it too.
    /// </summary>
    public TraceSegment? Shared => _jobs?.Shared;

    /// <summary>Gets or makes the segment of an outermost recorded job.</summary>
    public static TraceSegment Begin(Activity job)
    {
        Activity root = job;
        for (Activity? above = job.Parent; above is not null; above = above.Parent)
        {
            if (!above.IsStopped && AmbientSpan.IsRecordedWithListener(above))
                root = above;
        }

        var trace = root.GetCustomProperty(Property) as TraceSegment;
        if (trace is null || !ReferenceEquals(trace._root, root) || ReferenceEquals(root, job))
        {
            trace = new TraceSegment(root);
            root.SetCustomProperty(Property, trace);
        }

        Join(job, trace);
        trace._jobs = RunningJobs.Add(job, trace);
        return trace;
    }

    /// <summary>Makes a segment of spans that can belong to several jobs of a trace.</summary>
    public static TraceSegment SharedByJobs() => new(null);

    /// <summary>
    /// Joins a span that starts from a parsed context to the jobs of its trace that run now. At its end, they can be gone.
    /// </summary>
    public static void OnStart(Activity span)
    {
        if (!Volatile.Read(ref Any) || span.Parent is not null || span.ParentSpanId == default)
            return;
        if (span.GetCustomProperty(Property) is null && RunningJobs.Find(span) is { } segment)
            span.SetCustomProperty(Property, segment);
    }

    public static void Join(Activity job, TraceSegment trace)
    {
        Volatile.Write(ref Any, true);
        job.SetCustomProperty(Property, trace);
    }

    public static void Suppress(Activity job) => Join(job, SuppressedTrace);

    /// <summary>Leaves a span out of every flush, though it is in the trace of a job.</summary>
    public static void LeaveOut(Activity span) => span.SetCustomProperty(Property, NoSegment);

    public static bool Suppresses(Activity span) => Of(span) is { IsSuppressed: true };

    /// <summary>Gets the segment of a span; null for a span outside all jobs.</summary>
    public static TraceSegment? Of(Activity span) => Volatile.Read(ref Any) ? Find(span) : null;

    /// <summary>The same, for spans one after the other: those of one job find its segment without a look-up.</summary>
    /// <param name="span">The span.</param>
    /// <param name="known">The last segment that was found. Not to be kept: a job that begins may give a span another one.</param>
    public static TraceSegment? Of(Activity span, ref KnownSegment known) =>
        Volatile.Read(ref Any) ? Find(span, ref known) : null;

    /// <summary>
    /// The same, on the thread that ends the span: that thread is nearly always in the span's own job, which knows its local trace without
    /// a look-up.
    /// </summary>
    public static TraceSegment? OfEnding(Activity span) => Volatile.Read(ref Any) ? Find(span, JobScope.OfFlow) : null;

    private static TraceSegment? Find(Activity span, JobTrace? near = null)
    {
        var known = new KnownSegment(near?.Activity, near?.Segment);
        return Find(span, ref known);
    }

    private static TraceSegment? Find(Activity span, ref KnownSegment known)
    {
        TraceSegment? segment = Find(span, ref known, out int steps);
        if (steps > MaxSteps && segment is not null)
            segment.Mark(span, steps);
        return segment;
    }

    private static TraceSegment? Find(Activity span, ref KnownSegment known, out int steps)
    {
        steps = 0;
        for (Activity at = span; ; steps++)
        {
            if (ReferenceEquals(at, known.Span) && known.Segment is { } segment)
                return segment;
            if (at.GetCustomProperty(Property) is TraceSegment trace)
            {
                if (ReferenceEquals(trace, NoSegment))
                    return null;
                known = new KnownSegment(at, trace);
                return trace;
            }

            if (at.Parent is { } parent)
                at = parent;
            else
                return at.ParentSpanId == default ? null : RunningJobs.Find(at);
        }
    }

    /// <summary>
    /// Marks spans on a long way up, so that the way of other spans below them is short: the cost of a span does not grow with its depth.
    /// </summary>
    private void Mark(Activity span, int steps)
    {
        Activity? at = span;
        for (int step = 1; step < steps && at.Parent is { } parent; step++)
        {
            at = parent;
            if (step % MaxSteps == 0)
                at.SetCustomProperty(Property, this);
        }
    }

    /// <summary>Returns true if <paramref name="ended"/> is the topmost span, and a job below it asked for a flush at its end.</summary>
    public static bool IsFlushDue(Activity ended) =>
        Volatile.Read(ref Any) && ended.GetCustomProperty(Property) is TraceSegment { _flushWhenRootEnds: true } trace
            && ReferenceEquals(trace._root, ended);

    public void FlushWhenRootEnds() => _flushWhenRootEnds = true;

    /// <summary>
    /// What the accounts say now, for a job that begins below a span under which others have run. Null where there is nothing yet.
    /// </summary>
    public Dictionary<SegmentDelivery, DeliverySnapshot>? Snapshots()
    {
        Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots = null;
        AddSnapshots(this, ref snapshots);
        if (Shared is { } shared)
            AddSnapshots(shared, ref snapshots);
        return snapshots;
    }

    private static void AddSnapshots(TraceSegment segment, ref Dictionary<SegmentDelivery, DeliverySnapshot>? snapshots)
    {
        for (SegmentDelivery? account = segment.Accounts; account is not null; account = account.Next)
            (snapshots ??= [])[account] = new DeliverySnapshot(account.Exported, account.Lost, account.Unconfirmed, account.Left);
    }

    /// <summary>Returns true if a pipeline has had a span of the segment.</summary>
    public bool HasAccountOf(ExportPipeline pipeline) => Find(Accounts, pipeline) is not null;

    /// <summary>Gets or makes the counts of the segment in a pipeline.</summary>
    public SegmentDelivery DeliveryOf(ExportPipeline pipeline)
    {
        SegmentDelivery? made = null;
        while (true)
        {
            SegmentDelivery? first = Accounts;
            if (Find(first, pipeline) is { } known)
                return known;
            made ??= new SegmentDelivery(pipeline);
            made.Next = first;
            if (Interlocked.CompareExchange(ref _accounts, made, first) == first)
                return made;
        }
    }

    private static SegmentDelivery? Find(SegmentDelivery? first, ExportPipeline pipeline)
    {
        SegmentDelivery? account = first;
        while (account is not null && !ReferenceEquals(account.Pipeline, pipeline))
            account = account.Next;
        return account;
    }
}
