using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;
using WorkerTracing;

namespace Snippets;

/// <summary>docs/exporters/openai.md and the package's README.</summary>
internal static class OpenAI
{
    public static void Host(HostApplicationBuilder builder)
    {
        #region host
        builder.Services.AddWorkerTracing(tracing => tracing.Flush = FlushMode.Wait)
            .AddGenAISources()      // the OpenAI SDK, Microsoft.Extensions.AI, Agent Framework, Semantic Kernel, MCP
            .AddOpenAIExporter();   // the key comes from OPENAI_API_KEY
        #endregion
    }

    public static void Package(HostApplicationBuilder builder)
    {
        #region package
        builder.Services.AddWorkerTracing(tracing => tracing.Flush = FlushMode.Wait)
            .AddGenAISources()
            .AddOpenAIExporter();                 // the key comes from OPENAI_API_KEY
        #endregion
    }

    public static void Tenants(HostApplicationBuilder builder, IReadOnlyDictionary<string, string> keys)
    {
        #region tenants
        builder.Services.AddWorkerTracing()
            .AddOpenAIExporter(exporter =>
            {
                exporter.CredentialsSelector = job => keys.TryGetValue(job.Job.Queue ?? "", out string? key)
                    ? new OpenAICredentials(key) { Name = job.Job.Queue }
                    : null; // the exporter's own key
                exporter.ContentSelector = job => job.Job.Queue != "hospital";
            });
        #endregion
    }

    public static void Alone(string key)
    {
        #region alone
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .AddSource("OpenAI.*")
            .AddProcessor(new BatchTraceProcessor(new OpenAITraceExporter(new OpenAIExporterOptions { ApiKey = key })))
            .Build();
        #endregion
    }
}
