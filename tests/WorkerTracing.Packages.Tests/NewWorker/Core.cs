using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();
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
