using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WorkerTracing;

// A worker for the tests to kill: <directory> <endpoint>. Each of two tenants has a job that has ended and one that runs until the kill.
HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.SetMinimumLevel(LogLevel.Error);
builder.Services.AddWorkerTracing(static options => options.Flush = FlushMode.Wait)
    .AddSource("worker")
    .AddFlightRecorder(args[0])
    .AddOpenAIExporter(options =>
    {
        options.ApiKey = "key-own";
        options.Endpoint = new Uri(args[1]);
        options.MaxRetries = 0;
        options.CredentialsSelector = static job => new OpenAICredentials($"key-{job.GroupId}") { Name = job.GroupId };
    });

using IHost host = builder.Build();
await host.StartAsync();
JobTracer tracer = host.Services.GetRequiredService<JobTracer>();
using var source = new ActivitySource("worker");
foreach (string tenant in (string[])["ada", "bob"])
{
    JobTrace ended = tracer.Start(new JobInfo { System = "test", Name = $"ended {tenant}", GroupId = tenant });
    source.StartActivity($"step {tenant}")!.Dispose();
    FlushResult result = await ended.EndAsync();
    Console.WriteLine($"{tenant} {result.Status} {result.Stored}");

    await Task.Run(() => // the job is current on this flow alone
    {
        tracer.Start(new JobInfo { System = "test", Name = $"running {tenant}", GroupId = tenant });
        source.StartActivity($"half {tenant}")!.Dispose();
    });
}

Console.WriteLine("running");
await Console.In.ReadLineAsync();
