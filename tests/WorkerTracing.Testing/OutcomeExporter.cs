using System.Collections.Concurrent;
using System.Diagnostics;
using OpenTelemetry;

namespace WorkerTracing.Testing;

/// <summary>An exporter that answers for each span, as the test says.</summary>
public sealed class OutcomeExporter(int maxConcurrency = 1) : BaseExporter<Activity>, IOutcomeExporter
{
    private readonly ConcurrentQueue<Activity> _delivered = new();
    private int _inFlight;
    private int _calls;

    /// <summary>Fills the outcomes of a batch. Called on the export thread.</summary>
    public Action<Activity[], ExportOutcome[], CancellationToken> OnExport { get; set; }
        = static (_, outcomes, _) => Array.Fill(outcomes, ExportOutcome.Delivered);

    public int MaxConcurrency { get; } = maxConcurrency;

    public bool SeparatesTraces { get; init; } = true;

    public TimeSpan RetryAfter { get; set; }

    public int InFlight => Volatile.Read(ref _inFlight);

    public int Calls => Volatile.Read(ref _calls);

    /// <summary>The spans that were delivered, in order.</summary>
    public IReadOnlyList<Activity> Delivered => [.. _delivered];

    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Increment(ref _inFlight);
        try
        {
            Activity[] spans = batch.ToArray();
            var answers = new ExportOutcome[spans.Length];
            OnExport(spans, answers, cancellationToken);
            for (int i = 0; i < spans.Length; i++)
            {
                outcomes[i] = answers[i];
                if (answers[i] == ExportOutcome.Delivered)
                    _delivered.Enqueue(spans[i]);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public override ExportResult Export(in Batch<Activity> batch)
        => throw new InvalidOperationException("The processor must use the outcomes.");
}
