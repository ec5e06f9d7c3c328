using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WorkerTracing.OpenAI.Tests;

/// <summary>
/// The variable that turns tracing off is the process's: a fixture of its own, and no parameters, so that nothing runs beside it.
/// </summary>
[NonParallelizable]
public sealed class DisabledTracingTests
{
    [Test]
    public async Task AddOpenAIExporter_TracingDisabledByTheVariable_SendsNothing()
    {
        await using IngestServer server = await IngestServer.StartAsync();
        try
        {
            foreach (string value in new[] { "1", "true", "TRUE" })
            {
                Environment.SetEnvironmentVariable("OPENAI_AGENTS_DISABLE_TRACING", value);
                HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
                builder.Services.AddWorkerTracing().AddOpenAIExporter(server.Configure);
                using IHost host = builder.Build();
                await host.StartAsync();
                await host.Services.GetRequiredService<JobTracer>().RunAsync("job", static (_, _) => Task.CompletedTask);
                await host.StopAsync();

                using var alone = new OpenAITraceExporter(server.Options());
                Assert.That(
                    alone.Send(SpanMaker.Ended("a")),
                    Has.All.EqualTo(ExportOutcome.Dropped),
                    "what is not sent is not called delivered");
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("OPENAI_AGENTS_DISABLE_TRACING", null);
        }
        Assert.That(server.Requests, Is.Empty);
    }
}
