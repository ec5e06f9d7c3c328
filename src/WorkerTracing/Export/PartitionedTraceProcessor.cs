using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>
/// Passes each span to the processor of its partition: one <see cref="BatchTraceProcessor"/> for each partition of an
/// <see cref="IPartitionedExporter"/>, so that the failures of one delay no other. Where spans are recorded, one more processor reads back the
/// records of all partitions, for the same reason.
/// </summary>
internal sealed class PartitionedTraceProcessor : CompositeProcessor<Activity>
{
    /// <summary>Each partition has a thread and a queue. The spans of further ones share the exporter's own.</summary>
    private const int MaxPartitions = 256;

    private readonly ConcurrentDictionary<object, BatchTraceProcessor> _partitions = new();
    private readonly Lock _sync = new();
    private readonly BatchTraceProcessor _main;
    private readonly IPartitionedExporter _exporter;
    private readonly Func<BaseExporter<Activity>, BatchTraceProcessor, BatchTraceProcessor> _create;
    private bool _isShutDown; // written under the lock

    public PartitionedTraceProcessor(
        BatchTraceProcessor main,
        IPartitionedExporter exporter,
        Func<BaseExporter<Activity>, BatchTraceProcessor, BatchTraceProcessor> create)
        : base([main])
    {
        (_main, _exporter, _create) = (main, exporter, create);
        if (main.Pipeline.Recording is not null)
        {
            BatchTraceProcessor reader = create(exporter.CreatePartition(), main);
            reader.IsPartition = true;
            AddProcessor(reader);
            main.Pipeline.ReadsRecords = false;
        }
    }

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
            if (_exporter.GetPartition(span) is not { } key)
                return _main;
            return _partitions.TryGetValue(key, out BatchTraceProcessor? known) ? known : Add(key);
        }
        catch (Exception)
        {
            return _main;
        }
    }

    private BatchTraceProcessor Add(object key)
    {
        lock (_sync)
        {
            if (_partitions.TryGetValue(key, out BatchTraceProcessor? known))
                return known;
            if (_isShutDown || _partitions.Count >= MaxPartitions)
                return _main;
            BatchTraceProcessor added = _create(_exporter.CreatePartition(), _main);
            _main.IsPartition = true;
            added.IsPartition = true;
            added.Pipeline.ReadsRecords = false;
            if (_main.Provider is { } provider)
                added.WrappedIn(provider);
            AddProcessor(added);
            _partitions[key] = added;
            return added;
        }
    }
}
