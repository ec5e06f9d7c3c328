using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Sends spans to the ingest endpoint of the OpenAI Traces dashboard, in the format of openai-agents for Python.</summary>
/// <remarks>
/// <para>
/// Works with any processor in any TracerProvider. With a <see cref="BatchTraceProcessor"/>, which knows <see cref="IOutcomeExporter"/>, up
/// to
/// four requests are in flight, and spans that failed for a passing reason stay queued; with others those are dropped, and counted.
/// </para>
/// <para>
/// Spans that follow OpenTelemetry's <c>gen_ai.*</c> conventions become generations, agents and functions, all others custom spans. A
/// trace's name, group
/// and metadata come from its outermost job, or from its topmost span, and go ahead of its first span.
/// </para>
/// <para>Exports block the processor's thread until the service has answered; they never throw. Safe for concurrent use.</para>
/// </remarks>
public sealed class OpenAITraceExporter : BaseExporter<Activity>, IOutcomeExporter
{
    /// <summary>A request is sent when it has grown to this many bytes, however many spans are left.</summary>
    private const int MaxRequestBytes = 4 * 1024 * 1024;

    private const int RememberedTraces = 32 * 1024;

    private readonly ConcurrentBag<ItemBatch> _batches = [];
    private readonly AnnouncedTraces _announced = new(RememberedTraces);
    private readonly AgentRuns _agents = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly IngestClient _client;
    private readonly IngestFailureLog _failures;
    private readonly RequestSender _sender;
    private readonly ExporterSettings _settings;
    private readonly ILogger _log;
    private readonly bool _isDisabled = OpenAIEnvironment.IsTracingDisabled;

    /// <summary>Makes an exporter.</summary>
    /// <param name="options">Null for the defaults. Read at each export, so later changes count.</param>
    /// <param name="loggerFactory">Where a missing or refused key and lost spans are reported; null for nowhere.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range; the message names it and its value.</exception>
    public OpenAITraceExporter(OpenAIExporterOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(Constant(options ?? new OpenAIExporterOptions()), loggerFactory)
    {
    }

    internal OpenAITraceExporter(Func<OpenAIExporterOptions> options, ILoggerFactory? loggerFactory)
    {
        _log = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("WorkerTracing.OpenAI");
        _settings = new ExporterSettings(options, _log);
        _client = new IngestClient(TimeProvider.System);
        _failures = new IngestFailureLog(_log, TimeProvider.System);
        _sender = new RequestSender(_failures);
        if (_isDisabled)
            Log.Disabled(_log);
    }

    /// <summary>How many exports may run at the same time.</summary>
    /// <value>4.</value>
    public int MaxConcurrency => 4;

    /// <inheritdoc/>
    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        outcomes = outcomes[..batch.Length];
        outcomes.Clear(); // Dropped, until something better is known
        if (_isDisabled || batch.IsEmpty)
            return;

        OpenAIExporterOptions options = _settings.Current;
        if (options.ApiKey is not { } key)
        {
            _failures.MissKey();
            ExporterMetrics.Drop(batch.Length, "no_key");
            return;
        }
        if (!OpenAIExporterOptionsValidator.IsHeaderValue(key))
        {
            _failures.RefuseKey(key, 0);
            outcomes.Fill(ExportOutcome.Retained);
            return;
        }

        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        ItemBatch items = _batches.TryTake(out ItemBatch? idle) ? idle : new ItemBatch(_announced, _agents);
        items.IncludeContent = options.IncludeContent;
        items.IsDefaultEndpoint = options.IsDefaultEndpoint;
        var sending = new IngestBatch(items, options, key, _client, _announced, _failures, _log);
        int requests = 0;
        for (int next = 0; next < batch.Length;)
        {
            for (; next < batch.Length && items.Bytes < MaxRequestBytes; next++)
            {
                if (!items.Add(batch, next))
                    outcomes[next] = ExportOutcome.Delivered; // there is nothing to deliver
            }
            bool goesOn = items.Count == 0 || _sender.Send(sending, outcomes, ref requests, cancellationToken);
            items.Clear();
            if (goesOn)
                continue;
            outcomes[next..].Fill(ExportOutcome.Retained);
            break;
        }
        _batches.Add(items);
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> batch)
    {
        int capacity = checked((int)batch.Count);
        Activity[] spans = ArrayPool<Activity>.Shared.Rent(capacity);
        ExportOutcome[] outcomes = ArrayPool<ExportOutcome>.Shared.Rent(capacity);
        int count = 0;
        foreach (Activity span in batch)
            spans[count++] = span;

        Export(spans.AsSpan(0, count), outcomes.AsSpan(0, count), _stopping.Token);
        int delivered = outcomes.AsSpan(0, count).Count(ExportOutcome.Delivered);
        int unkept = outcomes.AsSpan(0, count).Count(ExportOutcome.Retained);
        if (unkept > 0)
        {
            Log.NotKept(_log, unkept);
            ExporterMetrics.Drop(unkept, "not_kept");
        }

        ArrayPool<Activity>.Shared.Return(spans, clearArray: true);
        ArrayPool<ExportOutcome>.Shared.Return(outcomes);
        return delivered == count ? ExportResult.Success : ExportResult.Failure;
    }

    /// <inheritdoc/>
    protected override bool OnShutdown(int timeoutMilliseconds)
    {
        _stopping.Cancel();
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _client.Dispose();
            while (_batches.TryTake(out ItemBatch? batch))
                batch.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Func<OpenAIExporterOptions> Constant(OpenAIExporterOptions options)
    {
        ValidateOptionsResult validity = new OpenAIExporterOptionsValidator().Validate(null, options);
        if (validity.Failed)
            throw new OptionsValidationException(Options.DefaultName, typeof(OpenAIExporterOptions), validity.Failures);
        return () => options;
    }
}
