using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WorkerTracing.Faults;

/// <summary>Keeps the bodies of what is posted to a loopback port, byte by byte, and answers with success.</summary>
internal sealed class BodyReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _bodies = new();
    private readonly WebApplication _app;

    private BodyReceiver()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(static kestrel => kestrel.Limits.MaxRequestBodySize = null);
        _app = builder.Build();
        _app.Run(KeepAsync);
    }

    public Uri Endpoint => new(_app.Urls.First());

    public IReadOnlyList<byte[]> Bodies => [.. _bodies];

    public void Clear() => _bodies.Clear();

    public static async Task<BodyReceiver> StartAsync()
    {
        var receiver = new BodyReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task KeepAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        _bodies.Enqueue(body.ToArray());
    }
}
