using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

/// <summary>
/// A real receiver of OTLP over gRPC on a loopback port. Each message has five bytes before it: not compressed, and its length (gRPC over
/// HTTP/2).
/// </summary>
internal sealed class GrpcReceiver : IAsyncDisposable
{
    private const int PrefixLength = 5;

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();

    private GrpcReceiver(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Urls.Single());

    /// <summary>The status of each answer, as in gRPC: 0 is OK, and it comes in the trailers, after an HTTP status of 200.</summary>
    public int Status { get; set; }

    /// <summary>The spans of the requests that were answered with OK.</summary>
    public IReadOnlyList<OtlpSpan> Spans => [.. _spans];

    public static async Task<GrpcReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2));
        var receiver = new GrpcReceiver(builder.Build());
        receiver._app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", receiver.AnswerAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        byte[] request = body.ToArray();
        int length = BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(1));
        if (Status == 0)
        {
            foreach (OtlpSpan span in OtlpSpan.ReadRequest(request[PrefixLength..(PrefixLength + length)]))
                _spans.Enqueue(span);
        }

        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        if (Status == 0)
            await context.Response.Body.WriteAsync(new byte[PrefixLength]); // an empty message
        context.Response.AppendTrailer("grpc-status", Status.ToString(CultureInfo.InvariantCulture));
    }
}
