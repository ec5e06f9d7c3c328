using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>A real receiver of OTLP on a loopback port, over http/protobuf or gRPC, that answers what the test says.</summary>
internal sealed class OtlpBackend : IAsyncDisposable
{
    private const int FrameLength = 5;

    private static readonly TimeSpan Ample = TimeSpan.FromMinutes(2);

    private readonly bool _isGrpc;
    private readonly ConcurrentQueue<OtlpCall> _calls = new();
    private readonly ConcurrentQueue<OtlpSpan> _accepted = new();
    private readonly int _port;
    private WebApplication _app = null!;

    private OtlpBackend(bool isGrpc, int port) => (_isGrpc, _port) = (isGrpc, port);

    public Uri Endpoint => new(_app.Urls.Single());

    /// <summary>Called with each request.</summary>
    public Func<OtlpCall, Task<OtlpReply>> OnCall { get; set; } = static _ => Task.FromResult(OtlpReply.Ok);

    public IReadOnlyList<OtlpCall> Calls => [.. _calls];

    /// <summary>The spans of the requests that were answered with a success.</summary>
    public IReadOnlyList<OtlpSpan> Accepted => [.. _accepted];

    /// <summary>
    /// Options of an exporter that sends here. On a busy machine an answer can take longer than the default timeout, and no answer is
    /// another outcome than the one that a test gives.
    /// </summary>
    public OtlpExporterOptions Options => new()
    {
        TimeoutMilliseconds = (int)Ample.TotalMilliseconds,
        Endpoint = Endpoint,
        Protocol = _isGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
    };

    public static async Task<OtlpBackend> StartAsync(OtlpExportProtocol protocol, int port = 0)
    {
        var backend = new OtlpBackend(protocol == OtlpExportProtocol.Grpc, port);
        await backend.StartAsync();
        return backend;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            // On a busy machine a request may stand still for seconds: the server would abort it, and that is another failure.
            (kestrel.Limits.MinRequestBodyDataRate, kestrel.Limits.MinResponseDataRate) = (null, null);
            kestrel.Listen(IPAddress.Loopback, _port, listen => listen.Protocols = _isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1);
        });
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        byte[] message = body.ToArray();
        bool isCompressed = _isGrpc ? message[0] == 1 : context.Request.Headers.ContentEncoding == "gzip";
        if (_isGrpc)
        {
            Assert.That(BinaryPrimitives.ReadInt32BigEndian(message.AsSpan(1)), Is.EqualTo(message.Length - FrameLength));
            message = message[FrameLength..];
        }

        var call = new OtlpCall(
            $"{context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(
                static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            isCompressed ? Decompress(message) : message);
        _calls.Enqueue(call);
        OtlpReply reply = await OnCall(call);
        if (reply is { HttpStatus: 200, GrpcStatus: 0 })
        {
            foreach (OtlpSpan span in call.Spans)
                _accepted.Enqueue(span);
        }

        context.Response.StatusCode = reply.HttpStatus;
        if (reply.RetryAfter is { } delay && !_isGrpc)
            context.Response.Headers.RetryAfter = delay.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        if (_isGrpc && reply.HttpStatus == 200)
            await AnswerGrpcAsync(context, reply);
        else
            await AnswerHttpAsync(context, reply);
    }

    private static async Task AnswerHttpAsync(HttpContext context, OtlpReply reply)
    {
        context.Response.ContentType = "application/x-protobuf";
        await context.Response.Body.WriteAsync(reply.HttpStatus == 200 ? reply.ToResponse() : reply.ToStatus());
    }

    private static async Task AnswerGrpcAsync(HttpContext context, OtlpReply reply)
    {
        context.Response.ContentType = "application/grpc";
        if (reply.GrpcStatus == 0)
        {
            byte[] response = reply.ToResponse();
            byte[] frame = new byte[FrameLength + response.Length];
            BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), response.Length);
            response.CopyTo(frame, FrameLength);
            await context.Response.Body.WriteAsync(frame);
        }

        context.Response.AppendTrailer("grpc-status", reply.GrpcStatus.ToString(CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(reply.Message));
        if (reply.RetryAfter is not null)
            context.Response.AppendTrailer("grpc-status-details-bin", Convert.ToBase64String(reply.ToStatus()).TrimEnd('='));
    }

    private static byte[] Decompress(byte[] message)
    {
        using var gzip = new GZipStream(new MemoryStream(message), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
