using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quartz;
using WorkerTracing;

HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
builder.Services.AddWorkerTracing(options => options.Flush = FlushMode.Wait).AddConsoleExporter();
builder.Services.AddQuartz(q => q
    .UseWorkerTracing()
    .ScheduleJob<FirstJob>(trigger => trigger.StartNow(), job => job.WithIdentity("first")));
builder.Services.AddQuartzHostedService(options => options.WaitForJobsToComplete = true);
await builder.Build().RunAsync();

internal sealed class FirstJob(JobTracer tracer, IHostApplicationLifetime lifetime) : IJob
{
    public async Task Execute(IJobExecutionContext context)
    {
        await tracer.RunAsync("inner", (job, token) => Task.CompletedTask, context.CancellationToken);
        lifetime.StopApplication();
    }
}
