namespace WorkerTracing;

/// <summary>What became of one trace's spans in one <see cref="ExportPipeline"/>. Guarded by the pipeline's lock, but for <see cref="Lost"/>.</summary>
internal sealed class TraceAccount(ExportPipeline pipeline)
{
    private int _lost;

    public ExportPipeline Pipeline { get; } = pipeline;

    /// <summary>The next account of the same trace, with another pipeline.</summary>
    public TraceAccount? Next { get; set; }

    /// <summary>Spans taken off the queue that have no final outcome yet: in flight, or held for a later export.</summary>
    public int Pending { get; set; }

    public int Exported { get; private set; }

    /// <summary>Spans that will never arrive. Also counted by threads that end a span while the queue is full.</summary>
    public int Lost => Volatile.Read(ref _lost);

    /// <summary>The flushes that wait for <see cref="Pending"/> to come down to zero: a list linked through the requests.</summary>
    public FlushRequest? Waiting { get; set; }

    /// <summary>A span that was pending has an outcome; one that is retained stays pending.</summary>
    public void Settle(ExportOutcome outcome)
    {
        if (outcome == ExportOutcome.Retained)
            return;
        Pending--;
        if (outcome == ExportOutcome.Delivered)
            Exported++;
        else
            Lose();
    }

    public void Lose() => Interlocked.Increment(ref _lost);
}
