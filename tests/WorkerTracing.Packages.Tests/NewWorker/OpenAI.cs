using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait)
    .AddConsoleExporter()
    .AddOpenAIExporter(exporter =>
    {
        exporter.ApiKey = "no-key-needed";
        exporter.HttpClientFactory = () => new HttpClient(new Printing());
    });
builder.Services.AddHostedService<Worker>();
await builder.Build().RunAsync();

internal sealed class Worker(JobTracer tracer, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await tracer.RunAsync("first", (_, token) => tracer.RunAsync("inner", (_, _) => Task.CompletedTask, token), stoppingToken);
        lifetime.StopApplication();
    }
}

/// <summary>In the place of the service: prints what it is sent.</summary>
internal sealed class Printing : HttpMessageHandler
{
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(request.Content!.ReadAsStream(cancellationToken));
        Console.WriteLine(reader.ReadToEnd());
        return new HttpResponseMessage(HttpStatusCode.OK);
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Send(request, cancellationToken));
}
