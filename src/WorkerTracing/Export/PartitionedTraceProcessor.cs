using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Passes each span to the processor of its partition: one <see cref="BatchTraceProcessor"/> for each partition of an
/// <see cref="IPartitionedExporter"/>, so that the failures of one delay no other.
/// </summary>
internal sealed class PartitionedTraceProcessor(
    BatchTraceProcessor main, IPartitionedExporter exporter, Func<BaseExporter<Activity>, BatchTraceProcessor> create)
    : CompositeProcessor<Activity>([main])
{
    /// <summary>Each partition has a thread and a queue. The spans of further ones share the exporter's own.</summary>
    private const int MaxPartitions = 256;

    private readonly ConcurrentDictionary<object, BatchTraceProcessor> _partitions = new();
    private readonly Lock _sync = new();
    private bool _isShutDown; // written under the lock

    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
    }

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Recorded)
            ProcessorOf(data).OnEnd(data);
    }

    /// <inheritdoc/>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        lock (_sync)
            _isShutDown = true;
        return base.OnShutdown(timeoutMilliseconds);
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "The boundary to the exporter, on the thread of a job: the span takes the main queue.")]
    private BatchTraceProcessor ProcessorOf(Activity span)
    {
        try
        {
            if (exporter.GetPartition(span) is not { } key)
                return main;
            return _partitions.TryGetValue(key, out BatchTraceProcessor? known) ? known : Add(key);
        }
        catch (Exception)
        {
            return main;
        }
    }

    private BatchTraceProcessor Add(object key)
    {
        lock (_sync)
        {
            if (_partitions.TryGetValue(key, out BatchTraceProcessor? known))
                return known;
            if (_isShutDown || _partitions.Count >= MaxPartitions)
                return main;
            BatchTraceProcessor added = create(exporter.CreatePartition());
            main.IsPartition = true;
            added.IsPartition = true;
            if (main.Provider is { } provider)
                added.WrappedIn(provider);
            AddProcessor(added);
            _partitions[key] = added;
            return added;
        }
    }
}
