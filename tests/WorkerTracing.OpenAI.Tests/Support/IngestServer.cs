using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>A stand-in for the ingest endpoint, on a loopback port of its own.</summary>
internal sealed class IngestServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<IngestRequest> _requests = new();
    private readonly WebApplication _app;
    private int _count;
    private int _inFlight;
    private int _mostInFlight;

    private IngestServer()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>How to answer the n-th request, from 1. The default is 200.</summary>
    public Func<IngestRequest, int, IngestReply> Answer { get; set; } = static (_, _) => 200;

    /// <summary>How long the answer takes.</summary>
    public TimeSpan Latency { get; set; }

    public Uri Endpoint => new($"{_app.Urls.First()}/v1/traces/ingest");

    public IReadOnlyList<IngestRequest> Requests => [.. _requests];

    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    /// <summary>The items of the requests that were answered with success, in the order of the requests.</summary>
    public IReadOnlyList<JsonObject> Accepted
        => [.. Requests.Where(static request => request.Reply.Status < 300).SelectMany(static request => request.Items)];

    public IReadOnlyList<JsonObject> AcceptedSpans => [.. Accepted.Where(static item => (string?)item["object"] == "trace.span")];

    public IReadOnlyList<JsonObject> AcceptedTraces => [.. Accepted.Where(static item => (string?)item["object"] == "trace")];

    public static async Task<IngestServer> StartAsync(Func<IngestRequest, int, IngestReply>? answer = null)
    {
        var server = new IngestServer();
        if (answer is not null)
            server.Answer = answer;
        await server._app.StartAsync();
        return server;
    }

    /// <summary>Options that reach this server and lose no time on waits.</summary>
    public OpenAIExporterOptions Options(Action<OpenAIExporterOptions>? configure = null)
    {
        var options = new OpenAIExporterOptions();
        Configure(options);
        configure?.Invoke(options);
        return options;
    }

    public void Configure(OpenAIExporterOptions options)
    {
        options.ApiKey = "sk-test";
        options.Endpoint = Endpoint;
        options.BaseDelay = TimeSpan.FromMilliseconds(1);
        options.MaxDelay = TimeSpan.FromMilliseconds(5);
        options.IncludeContent = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        int inFlight = Interlocked.Increment(ref _inFlight);
        for (int most = _mostInFlight; inFlight > most; most = _mostInFlight)
            Interlocked.CompareExchange(ref _mostInFlight, inFlight, most);
        try
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.GetBuffer(), 0, (int)body.Length);
            var request = new IngestRequest(
                http.Request.Method,
                http.Request.Path,
                http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                text);
            request.Reply = Answer(request, Interlocked.Increment(ref _count));
            if (Latency > TimeSpan.Zero)
                await Task.Delay(Latency, http.RequestAborted);
            _requests.Enqueue(request);
            http.Response.StatusCode = request.Reply.Status;
            foreach ((string name, string value) in request.Reply.Headers)
                http.Response.Headers[name] = value;
            await http.Response.WriteAsync(request.Reply.Body ?? (request.Reply.Status < 300 ? "{}" : """{"error":{"message":"no"}}"""));
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }
}
