using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using WorkerTracing.Testing;

namespace WorkerTracing.Tests;

public sealed class GenAISourceTests
{
    [TestCase("OpenAI.ChatClient", true)]
    [TestCase("Experimental.Microsoft.Extensions.AI", true)]
    [TestCase("Microsoft.Agents.AI", true)]
    [TestCase("Experimental.Microsoft.Agents.AI", true)]
    [TestCase("Microsoft.Agents.AI.Workflows", true)]
    [TestCase("Microsoft.SemanticKernel.Diagnostics", true)]
    [TestCase("Experimental.ModelContextProtocol", true)]
    [TestCase("Library.Without.AI", false)]
    public void AddGenAISources_RecordsTheSourcesOfAILibraries(string name, bool recorded)
    {
        var services = new ServiceCollection();
        services.AddWorkerTracing().AddGenAISources().AddExporter(static _ => new RecordingExporter());
        using ServiceProvider provider = services.BuildServiceProvider();
        provider.GetRequiredService<TracerProvider>();
        using var source = new ActivitySource(name, Guid.NewGuid().ToString());

        Assert.That(source.HasListeners(), Is.EqualTo(recorded));
    }
}
