using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();
builder.Services.AddHangfire((services, hangfire) => hangfire.UseInMemoryStorage().UseWorkerTracing(services));
builder.Services.AddHangfireServer();
builder.Services.AddSingleton<FirstJobs>();
using IHost host = builder.Build();
await host.StartAsync();
host.Services.GetRequiredService<IBackgroundJobClient>().Enqueue<FirstJobs>(jobs => jobs.FirstAsync());
await host.WaitForShutdownAsync();

public sealed class FirstJobs(JobTracer tracer, IHostApplicationLifetime lifetime)
{
    public async Task FirstAsync()
    {
        await tracer.RunAsync("inner", (_, _) => Task.CompletedTask);
        lifetime.StopApplication();
    }
}
