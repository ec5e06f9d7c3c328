using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OpenTelemetry;

namespace WorkerTracing;

/// <summary>Sends spans to the ingest endpoint of the OpenAI Traces dashboard, in the format of openai-agents for Python.</summary>
/// <remarks>
/// <para>
/// Works with any processor in any TracerProvider. With a <see cref="BatchTraceProcessor"/>, up to four requests are in flight, and spans
/// stay queued after a failure that may pass. With other processors those spans are dropped and counted.
/// </para>
/// <para>
/// Spans that follow OpenTelemetry's <c>gen_ai.*</c> conventions become generations, agents, functions and the dashboard's other types; all
/// others become custom spans. The name, group and metadata of a trace come from its outermost job, or from its topmost span. They are sent
/// ahead of the trace's first span.
/// </para>
/// <para>An export blocks the processor's thread until the service has answered. It never throws. Safe for concurrent use.</para>
/// </remarks>
public sealed class OpenAITraceExporter : BaseExporter<Activity>, IRecordedSpanExporter, IPartitionedExporter, IExportTarget
{
    /// <summary>A request is sent when it has this many bytes, however many spans are left.</summary>
    internal const int MaxRequestBytes = 4 * 1024 * 1024;

    private static readonly object OwnPartition = new();

    private readonly ConcurrentBag<ItemBatch> _batches = [];
    private readonly AgentRuns _agents;
    private readonly RecordWriter _records;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IngestClient _client;
    private readonly KeyStates _keys;
    private readonly ExporterSettings _settings;
    private readonly ILogger _log;
    private readonly MissingKeyWarning _missingKey;
    private readonly bool _isDisabled = OpenAIEnvironment.IsTracingDisabled;
    private readonly OpenAITraceExporter? _parent;
    private readonly ConditionalWeakTable<JobTrace, object> _partitions = [];

    /// <summary>Creates an exporter.</summary>
    /// <param name="options">The options; null for the defaults. Read at each export, so that later changes apply.</param>
    /// <param name="loggerFactory">Creates the log for missing and refused keys and for lost spans; null for no log.</param>
    /// <exception cref="OptionsValidationException">An option is out of its range. The message names the option and its value.</exception>
    public OpenAITraceExporter(OpenAIExporterOptions? options = null, ILoggerFactory? loggerFactory = null)
        : this(ExporterSettings.Constant(options ?? new OpenAIExporterOptions()), loggerFactory)
    {
    }

    internal OpenAITraceExporter(Func<OpenAIExporterOptions> options, ILoggerFactory? loggerFactory)
    {
        _log = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("WorkerTracing.OpenAI");
        _missingKey = new MissingKeyWarning(_log);
        _settings = new ExporterSettings(options, _log);
        _client = new IngestClient(TimeProvider.System);
        _keys = new KeyStates(_log, TimeProvider.System);
        _agents = new AgentRuns();
        _records = new RecordWriter(_settings, _keys, _log);
        RecordName = $"openai {ShownAddress.Of(_settings.Latest.Endpoint.AbsoluteUri)}";
        if (_isDisabled)
            Log.Disabled(_log);
        else if (OpenAIEnvironment.BaseUrl is { } baseUrl && _settings.Current is { IsDefaultEndpoint: true } current)
            Log.OtherBaseUrl(_log, ShownAddress.Of(baseUrl), current.Endpoint);
    }

    /// <summary>Creates the exporter of a partition, which shares everything but the processor's queue.</summary>
    private OpenAITraceExporter(OpenAITraceExporter parent)
    {
        _parent = parent;
        (_log, _missingKey, _settings, _client, _keys) = (parent._log, parent._missingKey, parent._settings, parent._client, parent._keys);
        (_agents, _records, RecordName) = (parent._agents, parent._records, parent.RecordName);
    }

    string? IExportTarget.Address => ShownAddress.Of(_settings.Latest.Endpoint.AbsoluteUri);
    string? IExportTarget.Protocol => null;
    string? IExportTarget.LastError => null;

    /// <summary>Gets the number of exports that may run at the same time.</summary>
    /// <value>4.</value>
    public int MaxConcurrency => 4;

    /// <inheritdoc/>
    bool IOutcomeExporter.LogsFailures => _log is not NullLogger;

    /// <inheritdoc/>
    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        outcomes = outcomes[..batch.Length];
        outcomes.Clear(); // Dropped, until there is a better outcome
        if (_isDisabled || batch.IsEmpty)
            return;

        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        OpenAIExporterOptions options = _settings.Current;
        var policies = new TracePolicies(options, _log);
        List<SpanGroup> groups = SpanGroups.Of(batch, policies, options.Credentials, out int withoutKey, out int failed);
        _missingKey.Set(withoutKey > 0);
        ExporterMetrics.Drop(withoutKey, "no_key");
        ExporterMetrics.Drop(failed, "selector_failed");
        foreach (SpanGroup group in groups)
            Send(group, new ExportScope(options, policies, groups.Count == 1), batch, outcomes, cancellationToken);
    }

    /// <inheritdoc/>
    object? IPartitionedExporter.GetPartition(Activity span)
    {
        OpenAIExporterOptions options = _settings.Latest;
        if (options.CredentialsSelector is null || _isDisabled || TraceOwner.Of(span).Job is not { } job)
            return null;
        if (!_partitions.TryGetValue(job, out object? partition))
        {
            OpenAICredentials? credentials = new TracePolicies(options, _log).Of(span).Credentials;
            partition = credentials?.Name ?? credentials ?? OwnPartition;
            _partitions.TryAdd(job, partition);
        }

        return partition == OwnPartition ? null : partition;
    }

    /// <inheritdoc/>
    BaseExporter<Activity> IPartitionedExporter.CreatePartition() => new OpenAITraceExporter(this);

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> batch)
    {
        var export = BatchExport.Of(this, batch, _stopping.Token);
        if (export.Retained > 0)
        {
            Log.NotKept(_log, export.Retained);
            ExporterMetrics.Drop(export.Retained, "not_kept");
        }

        return export.Result;
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
            if (_parent is null)
            {
                _client.Dispose();
                _records.Dispose();
            }

            while (_batches.TryTake(out ItemBatch? batch))
                batch.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Gets the name of the exporter's records. It has the address that they are sent to.</summary>
    public string RecordName { get; }

    /// <inheritdoc/>
    /// <remarks>Writes nothing where the credentials of the span's trace have no name, and for a span that is not sent.</remarks>
    public void WriteSpan(Activity span, IBufferWriter<byte> content)
    {
        if (!_isDisabled)
            _records.Write(span, content);
    }

    /// <inheritdoc/>
    public void WriteResource(IBufferWriter<byte> content) => _ = content;

    /// <inheritdoc/>
    public void WriteOpenSpan(Activity span, IBufferWriter<byte> content) => WriteSpan(span, content);

    /// <inheritdoc/>
    public void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content)
    {
        if (IngestRecord.TryRead(open.ToArray(), out IngestRecord record))
            AbandonedSpan.Close(record, ended).Write(content);
    }

    /// <inheritdoc/>
    public void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        outcomes = outcomes[..batch.Length];
        outcomes.Clear();
        if (_isDisabled)
            return;
        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        new RecordExport(_settings.Current, _keys, _client, _log).Send(batch, outcomes, cancellationToken);
    }

    /// <summary>Sends the spans of one key. What becomes of them does not affect the other keys' spans.</summary>
    private void Send(
        SpanGroup group,
        in ExportScope scope,
        ReadOnlySpan<Activity> batch,
        Span<ExportOutcome> outcomes,
        CancellationToken cancellationToken)
    {
        KeyState key = _keys.Of(group.Credentials);
        if (!OpenAIExporterOptionsValidator.AreHeaderValues(group.Credentials))
        {
            key.Failures.RefuseKey(0);
            group.Retain(0, outcomes);
            return;
        }

        ItemBatch items = _batches.TryTake(out ItemBatch? idle) ? idle : new ItemBatch(_agents);
        items.Delivered = key.Announced;
        items.IsDefaultEndpoint = scope.Options.IsDefaultEndpoint;
        var sending = new IngestBatch(items, scope.Options, group.Credentials, key, _client, _log) { AllowsRetries = scope.AllowsRetries };
        var progress = default(SendProgress);
        bool goesOn = true;
        int next = 0;
        while (goesOn && next < group.Positions.Count)
        {
            for (; next < group.Positions.Count && items.Bytes < MaxRequestBytes; next++)
            {
                int position = group.Positions[next];
                items.IncludeContent = !key.IsContentForbidden && scope.Policies.Of(batch[position]).IncludeContent;
                if (!items.Add(batch, position))
                    outcomes[position] = ExportOutcome.Delivered; // there is nothing to deliver
            }

            goesOn = items.Count == 0 || key.Sender.Send(sending, items.Count, outcomes, ref progress, cancellationToken);
            items.Clear();
        }

        group.Retain(next, outcomes);
        _batches.Add(items);
    }

    /// <summary>Warns where no trace can have a key. For a host, which knows its options before the first export.</summary>
    internal void WarnOfMissingKey()
    {
        if (_settings.Latest is { Credentials: null, CredentialsSelector: null })
            _missingKey.Set(true);
    }

    private readonly record struct ExportScope(OpenAIExporterOptions Options, TracePolicies Policies, bool AllowsRetries);
}
