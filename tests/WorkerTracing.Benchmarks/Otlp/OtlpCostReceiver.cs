using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Benchmarks;

/// <summary>A receiver of OTLP in a process of its own, on two loopback ports, that reads and accepts everything.</summary>
internal sealed class OtlpCostReceiver : IAsyncDisposable
{
    /// <summary>The first argument of the process.</summary>
    public const string Verb = "otlp-receiver";

    private const int GrpcFrameLength = 5;

    private readonly Process _process;

    private OtlpCostReceiver(Process process, string[] addresses) =>
        (_process, Http, Grpc) = (process, new Uri(addresses[0]), new Uri(addresses[1]));

    public Uri Http { get; }

    public Uri Grpc { get; }

    public static async Task<OtlpCostReceiver> StartAsync()
    {
        Process process = Process.Start(
            new ProcessStartInfo(Environment.ProcessPath!, [Verb]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        return new OtlpCostReceiver(process, (await process.StandardOutput.ReadLineAsync())!.Split(' '));
    }

    /// <summary>Serves until the standard input ends.</summary>
    public static async Task ServeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Logging.ClearProviders();
        await using WebApplication app = builder.Build();
        app.Run(AcceptAsync);
        await app.StartAsync();
        Console.WriteLine(string.Join(' ', app.Urls));
        await Console.In.ReadToEndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task AcceptAsync(HttpContext context)
    {
        ReadResult read;
        do
        {
            read = await context.Request.BodyReader.ReadAsync();
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        }
        while (!read.IsCompleted);

        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.ContentType = "application/x-protobuf";
            context.Response.ContentLength = 0;
            return;
        }

        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[GrpcFrameLength]); // an empty message
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
