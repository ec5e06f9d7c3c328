using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>Jobs over OTLP, with the flight recorder or without, and the least that one has cost its thread.</summary>
internal sealed class RecorderJobSide(Uri receiver, ActivityKind kind, bool isRecorded)
{
    private const int JobsPerRound = 500; // below the number of spans at which an export starts
    private const int SpansBelow = 5;
    private const int WarmUpRounds = 20;
    private const int FlushTimeout = 30_000;

    private static readonly ActivitySource Source = new("WorkerTracing.Benchmarks.Recorder");

    /// <summary>Gets the time of a job on its own thread.</summary>
    public double Microseconds { get; private set; } = double.MaxValue;

    /// <summary>Gets the processor time of a job in the process, from its start to the acknowledgement of its spans.</summary>
    public double Processor { get; private set; } = double.MaxValue;

    public double Bytes { get; private set; } = double.MaxValue;

    /// <summary>Runs rounds of jobs in a pipeline of their own: only one may live, for both would get the spans.</summary>
    public async Task RunAsync(int rounds)
    {
        string directory = Directory.CreateTempSubdirectory("recorder-").FullName;
        var services = new ServiceCollection();
        services.AddLogging();
        WorkerTracingBuilder tracing = services.AddWorkerTracing().AddSource(Source.Name).AddOtlpExporter(otlp =>
            (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, new Uri(receiver, "v1/traces")));
        if (isRecorded)
            tracing.AddFlightRecorder(directory);
        await using (ServiceProvider provider = services.BuildServiceProvider())
        {
            TracerProvider tracer = provider.GetRequiredService<TracerProvider>();
            JobTracer jobs = provider.GetRequiredService<JobTracer>();
            for (int round = -WarmUpRounds; round < rounds; round++)
            {
                TimeSpan used = Environment.CpuUsage.TotalTime;
                Measure(jobs, counts: round >= 0);
                if (!tracer.ForceFlush(FlushTimeout))
                    throw new InvalidOperationException("The spans were not delivered.");
                if (round >= 0)
                    Processor = Math.Min(Processor, (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / JobsPerRound);
            }
        }

        Directory.Delete(directory, recursive: true);
    }

    private void Measure(JobTracer jobs, bool counts)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < JobsPerRound; i++)
            Run(jobs);
        double microseconds = Stopwatch.GetElapsedTime(started).TotalMicroseconds / JobsPerRound;
        if (!counts)
            return;
        Microseconds = Math.Min(Microseconds, microseconds);
        Bytes = Math.Min(Bytes, (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)JobsPerRound);
    }

    private void Run(JobTracer jobs)
    {
        using JobTrace job = jobs.Start(new JobInfo { System = "hosted", Name = "job", Id = "4711" });
        for (int i = 0; i < SpansBelow; i++)
        {
            using Activity span = Source.StartActivity("GET /orders", kind)!;
            span.SetTag("http.request.method", "GET").SetTag("url.full", "https://shop.example/orders/4711")
                .SetTag("http.response.status_code", 200).SetTag("cache.hit", false);
        }
    }
}
