using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace WorkerTracing;

/// <summary>
/// Sends spans over OTLP, by http/protobuf or gRPC, and reports the outcome of each span. Follows the OTLP specification 1.x.
/// </summary>
/// <remarks>
/// <para>
/// Use it with a <see cref="BatchTraceProcessor"/>, which knows <see cref="IOutcomeExporter"/>: up to four requests are in flight, and
/// spans that failed for a reason that may pass stay queued. With other processors those spans are dropped.
/// </para>
/// <para>
/// A request has at most <see cref="OtlpExporterOptions.MaxRequestSizeBytes"/> bytes before compression; 4 MiB where that is not set. One
/// that the backend refuses as too large or as invalid is split, down to the span at fault, with at most 32 requests for a batch.
/// </para>
/// <para>
/// An export blocks the thread of its processor until the backend has answered or <see cref="OtlpExporterOptions.TimeoutMilliseconds"/> are
/// over. It does not throw. Over http/protobuf it runs on that thread alone; gRPC also needs the thread pool. Safe for concurrent use.
/// </para>
/// </remarks>
public sealed class OtlpSpanExporter : BaseExporter<Activity>, IDetailedExporter, IDetailedRecordExporter, IExportTarget
{
    private readonly ConcurrentBag<OtlpSendBatch> _batches = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly OtlpSettings _settings;
    private readonly OtlpSpanEncoder _encoder;
    private readonly OtlpScope.Cache _scopes;
    private readonly OtlpClient _client;
    private readonly OtlpFailureLog _failures;
    private readonly RequestSender _sender;
    private readonly IgnoredSettings _ignored = new();
    private OtlpResource? _resource;

    /// <summary>Creates an exporter.</summary>
    /// <param name="options">
    /// The options of OpenTelemetry's exporter. Read once; later changes have no effect. The processor options among them are not used.
    /// </param>
    /// <remarks>
    /// Limits (<c>OTEL_SPAN_*_LIMIT</c>, <c>OTEL_ATTRIBUTE_*_LIMIT</c>) and certificates (<c>OTEL_EXPORTER_OTLP_CERTIFICATE</c>,
    /// <c>OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE</c>, <c>OTEL_EXPORTER_OTLP_CLIENT_KEY</c>) are read from the environment. A value that
    /// cannot be used is replaced by its default.
    /// </remarks>
    public OtlpSpanExporter(OtlpExporterOptions options)
        : this(options ?? throw new ArgumentNullException(nameof(options)), new OtlpContext())
    {
    }

    internal OtlpSpanExporter(OtlpSettings settings, ILogger log, TimeProvider time)
        : this(settings, time) => LogTo(log);

    private OtlpSpanExporter(OtlpExporterOptions options, OtlpContext context)
        : this(OtlpSettings.Of(options, context), TimeProvider.System) => _ignored = context.Ignored;

    private OtlpSpanExporter(OtlpSettings settings, TimeProvider time)
    {
        _settings = settings;
        _encoder = new OtlpSpanEncoder(settings.Limits);
        _scopes = new OtlpScope.Cache(settings.Limits);
        _client = new OtlpClient(settings, time);
        _failures = new OtlpFailureLog(settings, time);
        _sender = new RequestSender(_failures, time);
    }

    /// <summary>Gets the number of exports that may run at the same time.</summary>
    /// <value>4.</value>
    public int MaxConcurrency => 4;

    /// <inheritdoc/>
    /// <value>False: the order of spans does not matter to OTLP.</value>
    public bool SeparatesTraces => false;

    /// <summary>Gets how long the backend asks to wait, by <c>Retry-After</c> or <c>google.rpc.RetryInfo</c>.</summary>
    /// <value>Zero where it does not ask.</value>
    public TimeSpan RetryAfter => _sender.RetryAfter;

    string? IExportTarget.Address => _settings.ShownAddress;

    string? IExportTarget.Protocol => _settings.Protocol;

    string? IExportTarget.LastError => _failures.LastError;

    bool IOutcomeExporter.LogsFailures => IsLogging;

    /// <summary>Gets whether the exporter has a logger. One that the application makes has none.</summary>
    internal bool IsLogging => _failures.IsEnabled;

    /// <summary>Gets the value of <c>otel.component.type</c>.</summary>
    internal string ComponentType => _settings.IsGrpc ? "otlp_grpc_span_exporter" : "otlp_http_span_exporter";

    /// <inheritdoc/>
    public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        Send(batch, outcomes, cancellationToken);

    /// <inheritdoc/>
    ExportDetails IDetailedExporter.ExportWithDetails(
        ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        Send(batch, outcomes, cancellationToken);

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public string RecordName => "otlp";

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public void WriteResource(IBufferWriter<byte> content)
    {
        content.Write(Resource.Head);
        content.Write(Resource.Tail);
    }

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public void WriteSpan(Activity span, IBufferWriter<byte> content) =>
        OtlpRecord.Write(span, _scopes.Get(span.Source), _encoder, content);

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public void WriteOpenSpan(Activity span, IBufferWriter<byte> content) => WriteSpan(span, content);

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public void CloseSpan(ReadOnlySpan<byte> open, DateTimeOffset ended, IBufferWriter<byte> content) =>
        OtlpRecord.Close(open, ended, content);

    /// <inheritdoc/>
    [Experimental("WORKERTRACING001")]
    public void Export(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        Send(batch, outcomes, cancellationToken);

    /// <inheritdoc/>
    ExportDetails IDetailedRecordExporter.ExportWithDetails(
        ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken) =>
        Send(batch, outcomes, cancellationToken);

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Activity> batch) => BatchExport.Of(this, batch, _stopping.Token).Result;

    /// <summary>
    /// Gives a logger to an exporter that has none, and logs the settings that it could not use. Called before the first export.
    /// </summary>
    internal void LogTo(ILogger log)
    {
        _failures.Logger = log;
        if (!_ignored.IsEmpty)
            Log.OtlpSettingsIgnored(log, _ignored.ToString());
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
            while (_batches.TryTake(out OtlpSendBatch? batch))
                batch.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Gets the resource of the provider. It is known once the provider has been built.</summary>
    private OtlpResource Resource => _resource ??= OtlpResource.Of(ParentProvider.GetResource());

    private ExportDetails Send(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var progress = default(SendProgress);
        outcomes = outcomes[..batch.Length];
        outcomes.Clear();
        if (batch.IsEmpty)
            return default;
        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        OtlpSendBatch sending = _batches.TryTake(out OtlpSendBatch? idle)
            ? idle
            : new OtlpSendBatch(new OtlpBatch(_encoder, _scopes) { Resource = Resource }, _client);
        Send(batch, sending.Order(batch), sending, outcomes, ref progress, cancellationToken);
        sending.Clear();
        _batches.Add(sending);
        return new ExportDetails(progress.Rejected, progress.ErrorType);
    }

    /// <summary>Sends the spans in requests that are cut at their encoded size. A span that exceeds it is sent alone.</summary>
    private void Send(
        ReadOnlySpan<Activity> batch,
        ReadOnlySpan<int> order,
        OtlpSendBatch sending,
        Span<ExportOutcome> outcomes,
        ref SendProgress progress,
        CancellationToken cancellationToken)
    {
        for (int i = 0; i < order.Length; i++)
        {
            sending.Add(batch[order[i]], order[i]);
            bool isLast = i == order.Length - 1;
            if (sending.RequestBytes <= _settings.MaxRequestBytes && !isLast)
                continue;

            int over = sending.RequestBytes > _settings.MaxRequestBytes && sending.Count > 1 ? 1 : 0;
            if (!_sender.Send(sending, sending.Count - over, outcomes, ref progress, cancellationToken))
            {
                Retain(order[(i + 1 - over)..], outcomes);
                return;
            }

            sending.KeepLast(over);
            if (over > 0 && isLast && !_sender.Send(sending, sending.Count, outcomes, ref progress, cancellationToken))
                return;
        }
    }

    private ExportDetails Send(ReadOnlySpan<RecordedSpan> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
    {
        var progress = default(SendProgress);
        outcomes[..batch.Length].Clear();
        using IDisposable suppressed = SuppressInstrumentationScope.Begin();
        using var sending = new OtlpRecordBatch(batch, _client);
        while (sending.Count > 0)
        {
            int count = sending.CountWithin(_settings.MaxRequestBytes);
            if (!_sender.Send(sending, count, outcomes, ref progress, cancellationToken))
            {
                sending.Settle(count, sending.Count, ExportOutcome.Retained, outcomes);
                break;
            }

            sending.Skip(count);
        }

        return new ExportDetails(progress.Rejected, progress.ErrorType);
    }

    private static void Retain(ReadOnlySpan<int> positions, Span<ExportOutcome> outcomes)
    {
        foreach (int position in positions)
            outcomes[position] = ExportOutcome.Retained;
    }
}
