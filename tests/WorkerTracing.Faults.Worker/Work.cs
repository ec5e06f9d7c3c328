using System.Diagnostics;

namespace WorkerTracing.Faults.Worker;

/// <summary>A job of a few spans, with a result that only it has. Every tenth throws an exception of its own instead.</summary>
internal sealed class Work(int number, WorkerPlan plan)
{
    public const string SourceName = "WorkerTracing.Faults";

    private static readonly ActivitySource Source = new(SourceName);

    private readonly InvalidOperationException? _failure = number % 10 == 9 ? new InvalidOperationException($"Job {number} fails.") : null;

    public JobInfo Info { get; } = new()
    {
        System = "faults",
        Name = "Work",
        Id = $"{number}",
        Arguments = new Dictionary<string, object?> { ["argument"] = plan.Argument },
    };

    public JobTrace? Trace { get; private set; }

    /// <summary>The job's spans, its own the last.</summary>
    public List<ActivitySpanId> SpanIds { get; } = [];

    /// <summary>Called inside the job, when its own spans have ended.</summary>
    public Func<Task>? Inside { get; init; }

    /// <returns>Whether what came of the job is its own.</returns>
    public async Task<bool> RunAsync(JobTracer tracer)
    {
        try
        {
            return await tracer.RunAsync(Info, BodyAsync) == number && _failure is null;
        }
        catch (InvalidOperationException failure)
        {
            return ReferenceEquals(failure, _failure);
        }
    }

    /// <summary>As <see cref="RunAsync"/>, without a thread of the pool.</summary>
    public FlushResult Run(JobTracer tracer)
    {
        Trace = tracer.Start(Info);
        Spans();
        return Trace.End();
    }

    private async Task<int> BodyAsync(JobTrace trace, CancellationToken cancellationToken)
    {
        Trace = trace;
        Spans();
        if (Inside is not null)
            await Inside();
        await Task.Yield();
        return _failure is null ? number : throw _failure;
    }

    private void Spans()
    {
        using Activity? step = Start("step");
        using (Start("query"))
        {
        }

        using Activity? chat = Start("chat");
        chat?.SetTag("gen_ai.operation.name", "chat");
        chat?.SetTag("gen_ai.request.model", "small");
        SpanIds.Add(Trace?.Activity?.SpanId ?? default);
        if (plan.Exporter == "openai") // recorded, and not to leave: its exporter is told so
            chat?.SetTag("gen_ai.input.messages", $$"""[{"role":"user","parts":[{"type":"text","content":"{{plan.Message}}"}]}]""");
    }

    private Activity? Start(string name)
    {
        Activity? span = Source.StartActivity(name);
        SpanIds.Add(span?.SpanId ?? default);
        return span;
    }
}
