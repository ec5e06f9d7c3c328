using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Load;

/// <summary>A real receiver of OTLP on a loopback port, which acknowledges a request after a fixed time.</summary>
internal sealed class LoopbackReceiver(OtlpExportProtocol protocol, TimeSpan delay) : IBackend, IAsyncDisposable
{
    private const int GrpcFrameLength = 5;

    private readonly ConcurrentDictionary<string, int> _acknowledged = new();
    private WebApplication? _app;
    private int _requests;
    private int _exports;
    private long _busy;

    /// <summary>Gets the number of requests.</summary>
    public int Exports => Volatile.Read(ref _requests);

    /// <summary>Gets the time of one export, as the exporter's thread sees it.</summary>
    public TimeSpan MeasuredRoundTrip => _exports == 0 ? delay : TimeSpan.FromTicks(Volatile.Read(ref _busy) / _exports);

    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback,
            0,
            listen => listen.Protocols = protocol == OtlpExportProtocol.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AcceptAsync);
        await _app.StartAsync();
    }

    /// <summary>Creates an exporter that sends here.</summary>
    public BaseExporter<Activity> CreateExporter() => new Exporter(
        this, new OtlpSpanExporter(new OtlpExporterOptions { Protocol = protocol, Endpoint = new Uri(_app!.Urls.Single()) }));

    public int Acknowledged(ActivityTraceId trace) => _acknowledged.TryRemove(trace.ToHexString(), out int count) ? count : 0;

    public void Reset() => (_requests, _exports, _busy) = (0, 0, 0);

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? default;

    private async Task AcceptAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        bool isGrpc = protocol == OtlpExportProtocol.Grpc;
        byte[] message = body.ToArray();
        IReadOnlyList<OtlpSpan> spans = OtlpSpan.ReadRequest(isGrpc ? message[GrpcFrameLength..] : message);
        await Task.Delay(delay);
        foreach (OtlpSpan span in spans)
            _acknowledged.AddOrUpdate(span.TraceId, 1, static (_, count) => count + 1);
        Interlocked.Increment(ref _requests);
        context.Response.ContentType = isGrpc ? "application/grpc" : "application/x-protobuf";
        if (!isGrpc)
            return;
        await context.Response.Body.WriteAsync(new byte[GrpcFrameLength]); // an empty message
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>Measures the time of each export.</summary>
    private sealed class Exporter(LoopbackReceiver receiver, OtlpSpanExporter inner) : BaseExporter<Activity>, IOutcomeExporter
    {
        public int MaxConcurrency => inner.MaxConcurrency;

        public bool SeparatesTraces => inner.SeparatesTraces;

        public void Export(ReadOnlySpan<Activity> batch, Span<ExportOutcome> outcomes, CancellationToken cancellationToken)
        {
            long started = Stopwatch.GetTimestamp();
            inner.Export(batch, outcomes, cancellationToken);
            Interlocked.Add(ref receiver._busy, Stopwatch.GetElapsedTime(started).Ticks);
            Interlocked.Increment(ref receiver._exports);
        }

        public override ExportResult Export(in Batch<Activity> batch) => inner.Export(batch);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
