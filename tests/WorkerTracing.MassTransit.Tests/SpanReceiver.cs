using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.MassTransitTests;

/// <summary>An OTLP receiver (HTTP, protobuf) on a loopback port. It answers only after it has kept what came.</summary>
internal sealed class SpanReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, string> _nameOfTrace = new();
    private int _requests;

    private SpanReceiver(WebApplication app) => _app = app;

    public Uri Endpoint => new(new Uri(_app.Urls.Single()), "/v1/traces");

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The traces that have come: id, and a span's name.</summary>
    public IReadOnlyDictionary<string, string> Traces => _nameOfTrace;

    /// <param name="latency">How long a request takes to be answered, as over a network.</param>
    public static async Task<SpanReceiver> StartAsync(TimeSpan latency = default)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication app = builder.Build();
        var receiver = new SpanReceiver(app);
        app.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            receiver.Keep(body.ToArray());
            await Task.Delay(latency);
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Resource spans are field 1 of the request, scope spans field 2 of those, spans field 2 of those.</summary>
    private void Keep(byte[] request)
    {
        foreach (byte[] resourceSpans in Fields(request, 1))
        {
            foreach (byte[] scopeSpans in Fields(resourceSpans, 2))
            {
                foreach (byte[] span in Fields(scopeSpans, 2))
                {
                    string trace = Convert.ToHexStringLower(Fields(span, 1).Single());
                    _nameOfTrace[trace] = System.Text.Encoding.UTF8.GetString(Fields(span, 5).Single());
                }
            }
        }

        Interlocked.Increment(ref _requests);
    }

    private static List<byte[]> Fields(byte[] message, int number)
    {
        var input = new CodedInputStream(message);
        List<byte[]> found = [];
        for (uint tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == number && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                found.Add(input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }

        return found;
    }
}
