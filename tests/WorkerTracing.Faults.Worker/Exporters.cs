namespace WorkerTracing.Faults.Worker;

/// <summary>
/// The exporters that a worker can send with, by name. OTLP takes its endpoint, protocol, headers and timeout from the standard variables.
/// </summary>
internal static class Exporters
{
    public static IReadOnlyDictionary<string, Action<WorkerTracingBuilder, WorkerPlan>> ByName { get; } =
        new Dictionary<string, Action<WorkerTracingBuilder, WorkerPlan>>
        {
            ["otlp"] = static (tracing, _) => tracing.AddOtlpExporter(),
            ["otlp-grpc"] = static (tracing, _) => tracing.AddOtlpExporter(),
            ["openai"] = static (tracing, plan) => tracing.AddOpenAIExporter(options =>
            {
                options.Endpoint = plan.Endpoint;
                options.ApiKey = plan.ApiKey;
                options.IncludeContent = false;
                options.RequestTimeout = plan.RequestTimeout;
                options.MaxRetries = 1;
                options.BaseDelay = TimeSpan.FromMilliseconds(50);
                options.MaxDelay = TimeSpan.FromMilliseconds(200);
            }),
        };
}
