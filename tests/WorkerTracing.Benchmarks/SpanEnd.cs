using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace WorkerTracing.Benchmarks;

/// <summary>
/// What the end of a span costs the thread that ends it: a span inside a job, beside OpenTelemetry's batch processor, both with the same
/// queue. Each thread has a job of its own.
/// </summary>
public abstract class SpanEnd
{
    private ThreadCrew? _crew;
    private TracerProvider? _provider;

    /// <summary>
    /// How many threads share the spans of a round. The time is a round's by its spans, so half of it on two threads is a perfect speed-up.
    /// </summary>
    [Params(1, 2, 4)]
    public int Threads { get; set; }

    protected abstract int Spans { get; }

    protected abstract BaseProcessor<Activity> Ours();

    protected abstract BaseProcessor<Activity> Peer();

    protected void Start(BaseProcessor<Activity> processor)
    {
        _provider = Sdk.CreateTracerProviderBuilder().AddSource("WorkerTracing").AddProcessor(processor).Build();
        var tracer = new JobTracer(_provider);
        _crew = new ThreadCrew(Threads, _ =>
        {
            JobTrace job = tracer.Start(new JobInfo { System = "hosted", Name = "job" });
            Activity span = Telemetry.Source.StartActivity("step")!;
            span.Stop();
            int spans = Spans / Threads;
            return () =>
            {
                for (int i = 0; i < spans; i++)
                    processor.OnEnd(span);
                GC.KeepAlive(job);
            };
        });
    }

    protected void RunRound() => _crew!.RunRound();

    protected void End()
    {
        _crew?.Dispose();
        _provider?.Dispose();
    }
}
