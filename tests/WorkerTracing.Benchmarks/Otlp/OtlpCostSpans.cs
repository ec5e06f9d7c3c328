using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>Ended spans of jobs: of six spans, five are requests to another service.</summary>
internal static class OtlpCostSpans
{
    private const int Count = 2048;
    private const int RequestsPerJob = 5;

    public static Activity[] Make()
    {
        using var source = new ActivitySource("WorkerTracing.Benchmarks.Requests");
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).AddSource("WorkerTracing").Build();
        var tracer = new JobTracer(provider);
        List<Activity> spans = [];
        while (spans.Count < Count)
        {
            using JobTrace job = tracer.Start(new JobInfo { System = "hosted", Name = "job" });
            for (int i = 0; i < RequestsPerJob; i++)
            {
                using Activity request = source.StartActivity("GET /orders", ActivityKind.Client)!;
                request.SetTag("http.request.method", "GET").SetTag("url.full", "https://shop.example/orders/4711")
                    .SetTag("http.response.status_code", 200).SetTag("server.address", "shop.example").SetTag("server.port", 443)
                    .SetTag("cache.hit", false).SetTag("network.protocol.version", "1.1");
                spans.Add(request);
            }

            spans.Add(job.Activity!);
        }

        return [.. spans.Take(Count)];
    }
}
